# sonde_package() and sonde_packages_done(): a .deb and an .rpm per component by CPack. packaging/CMakeLists.txt is the table.
include(GNUInstallDirs)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Debian 12 looks for units there; cmake/pack_component.cmake moves them for RPM. Absolute, because the prefix is /usr.
set(SONDE_UNIT_DIR /lib/systemd/system)
set(SONDE_PACKAGE_CONTACT "The sonde authors <sonde@example.org>")
set(sonde_made ${CMAKE_CURRENT_BINARY_DIR}/made)  # A folder per package with what is generated for it.

# The time that packages carry: SOURCE_DATE_EPOCH, else that of the commit, else 1980.
set(SONDE_SOURCE_DATE_EPOCH $ENV{SOURCE_DATE_EPOCH})
if(NOT SONDE_SOURCE_DATE_EPOCH)
  execute_process(COMMAND git log -1 --format=%ct WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} ERROR_QUIET
                  OUTPUT_VARIABLE SONDE_SOURCE_DATE_EPOCH OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(NOT SONDE_SOURCE_DATE_EPOCH)
  set(SONDE_SOURCE_DATE_EPOCH 315532800)
endif()

# sonde_package() sets sonde_component for the functions below.
set(sonde_components)
set(sonde_generated)

# What is made from a binary when it is built: manual page, completions, bill of materials.
function(sonde_package_pages package binary)
  set(out ${sonde_made}/${package})
  set(pages ${out}/${binary}.1.gz ${out}/${binary}.bash ${out}/_${binary} ${out}/${binary}.fish)
  set(maker ${PROJECT_SOURCE_DIR}/packaging/pages)
  add_custom_command(OUTPUT ${pages}
    COMMAND ${CMAKE_COMMAND} -E env SOURCE_DATE_EPOCH=${SONDE_SOURCE_DATE_EPOCH} ${Python3_EXECUTABLE} -B ${maker}/make_pages.py
            $<TARGET_FILE:${binary}> ${out}
    DEPENDS ${binary} ${maker}/make_pages.py ${maker}/flag_table.py ${maker}/manual.py ${maker}/completions.py VERBATIM)
  add_custom_command(OUTPUT ${out}/sbom.spdx.json
    COMMAND ${CMAKE_COMMAND} -E env SOURCE_DATE_EPOCH=${SONDE_SOURCE_DATE_EPOCH} ${Python3_EXECUTABLE} -B
            ${PROJECT_SOURCE_DIR}/packaging/sbom.py ${package} ${PROJECT_VERSION} $<TARGET_FILE:${binary}> ${out}/sbom.spdx.json
    DEPENDS ${binary} ${PROJECT_SOURCE_DIR}/packaging/sbom.py ${PROJECT_SOURCE_DIR}/packaging/licences.csv VERBATIM)
  set(sonde_generated ${sonde_generated} ${pages} ${out}/sbom.spdx.json PARENT_SCOPE)
  set(data ${CMAKE_INSTALL_DATADIR})
  install(FILES ${out}/${binary}.1.gz DESTINATION ${data}/man/man1 COMPONENT ${sonde_component})
  install(FILES ${out}/${binary}.bash DESTINATION ${data}/bash-completion/completions RENAME ${binary} COMPONENT ${sonde_component})
  install(FILES ${out}/_${binary} DESTINATION ${data}/zsh/vendor-completions COMPONENT ${sonde_component})
  install(FILES ${out}/${binary}.fish DESTINATION ${data}/fish/vendor_completions.d COMPONENT ${sonde_component})
  install(FILES ${out}/sbom.spdx.json DESTINATION ${data}/doc/${package} COMPONENT ${sonde_component})
endfunction()

# The unit of a service, the file that holds its flags until the first install, its user and folders.
function(sonde_package_service package binary)
  install(FILES ${PROJECT_SOURCE_DIR}/systemd/${binary}.service DESTINATION ${SONDE_UNIT_DIR} COMPONENT ${sonde_component})
  install(FILES ${PROJECT_SOURCE_DIR}/packaging/default/${binary} DESTINATION ${CMAKE_INSTALL_DATADIR}/${package}
          RENAME default COMPONENT ${sonde_component})
  file(GLOB examples ${PROJECT_SOURCE_DIR}/systemd/examples/${package}/* ${PROJECT_SOURCE_DIR}/packaging/examples/${package}/*)
  if(examples)
    install(FILES ${examples} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package}/examples COMPONENT ${sonde_component})
  endif()
  foreach(kind sysusers tmpfiles)
    if(EXISTS ${PROJECT_SOURCE_DIR}/systemd/${binary}.${kind})
      install(FILES ${PROJECT_SOURCE_DIR}/systemd/${binary}.${kind} DESTINATION lib/${kind}.d RENAME ${binary}.conf
              COMPONENT ${sonde_component})
    endif()
  endforeach()
endfunction()

# The scripts that run at installation and removal; a package without a service has none.
function(sonde_package_scripts package stands_in defaults own_user)
  set(SERVICE ${package})
  set(STANDS_IN ${stands_in})
  set(DEFAULTS ${defaults})
  set(OWN_USER ${own_user})
  file(READ ${PROJECT_SOURCE_DIR}/packaging/maintainer/take_over.sh TAKE_OVER)
  string(CONFIGURE "${TAKE_OVER}" TAKE_OVER @ONLY)
  foreach(script postinst prerm postrm rpm-post rpm-preun rpm-postun)
    set(file ${sonde_made}/${package}/${script})
    configure_file(${PROJECT_SOURCE_DIR}/packaging/maintainer/${script}.in ${file} @ONLY)
    file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endforeach()
  set(made ${sonde_made}/${package})
  list(APPEND control ${made}/postinst ${made}/prerm ${made}/postrm)
  set(control ${control} PARENT_SCOPE)
  set(CPACK_RPM_${sonde_component}_POST_INSTALL_SCRIPT_FILE ${made}/rpm-post PARENT_SCOPE)
  set(CPACK_RPM_${sonde_component}_PRE_UNINSTALL_SCRIPT_FILE ${made}/rpm-preun PARENT_SCOPE)
  set(CPACK_RPM_${sonde_component}_POST_UNINSTALL_SCRIPT_FILE ${made}/rpm-postun PARENT_SCOPE)
endfunction()

# changelog.gz in Debian's form, and the copyright file.
function(sonde_package_documents package)
  set(out ${sonde_made}/${package})
  file(MAKE_DIRECTORY ${out})
  execute_process(COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/packaging/debian_changelog.py ${package} ${PROJECT_VERSION}
                          ${SONDE_SOURCE_DATE_EPOCH} ${SONDE_PACKAGE_CONTACT} ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${out}/changelog.gz
                  COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
  install(FILES ${out}/changelog.gz ${PROJECT_SOURCE_DIR}/packaging/copyright
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${sonde_component})
endfunction()

macro(sonde_package component package)
  cmake_parse_arguments(ARG "OWN_USER" "BINARY;SUMMARY;LONG;STANDS_IN;DEFAULTS" "DEPENDS" ${ARGN})
  if(NOT ARG_BINARY OR TARGET ${ARG_BINARY})
    sonde_package_add(${component} ${package})
  endif()
endmacro()

# Reads the ARG_ variables of sonde_package().
macro(sonde_package_add component package)
  string(TOUPPER ${component} upper)
  set(sonde_component ${component})
  list(APPEND sonde_components ${component})
  set(sonde_package_of_${component} ${package})
  set(control)
  sonde_package_documents(${package})
  if(ARG_BINARY)
    install(TARGETS ${ARG_BINARY} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
    sonde_package_pages(${package} ${ARG_BINARY})
  endif()
  file(GLOB examples ${PROJECT_SOURCE_DIR}/packaging/etc/${package}/*)
  if(examples)
    install(FILES ${examples} DESTINATION /etc/sonde COMPONENT ${component})
    # What an administrator may have changed stays as it is on upgrades.
    list(TRANSFORM examples REPLACE ".*/" "/etc/sonde/" OUTPUT_VARIABLE kept)
    list(JOIN kept "\n" lines)
    file(WRITE ${sonde_made}/${package}/conffiles "${lines}\n")
    list(APPEND control ${sonde_made}/${package}/conffiles)
    list(TRANSFORM kept PREPEND "%config(noreplace) " OUTPUT_VARIABLE CPACK_RPM_${component}_USER_FILELIST)
  endif()
  if(ARG_STANDS_IN)
    sonde_package_service(${package} ${ARG_BINARY})
    sonde_package_scripts(${package} ${ARG_STANDS_IN} "${ARG_DEFAULTS}" ${ARG_OWN_USER})
  endif()
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA ${control})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${ARG_SUMMARY}\n${ARG_LONG}")
  set(CPACK_DEBIAN_${upper}_FILE_NAME DEB-DEFAULT)
  set(CPACK_RPM_${component}_PACKAGE_NAME ${package})
  set(CPACK_RPM_${component}_PACKAGE_SUMMARY "${ARG_SUMMARY}")
  set(CPACK_RPM_${component}_PACKAGE_DESCRIPTION "${ARG_LONG}")
  set(CPACK_RPM_${component}_FILE_NAME RPM-DEFAULT)
  if(ARG_DEPENDS)
    set(wanted)
    foreach(other ${ARG_DEPENDS})
      if(DEFINED sonde_package_of_${other})
        list(APPEND wanted ${sonde_package_of_${other}})
      endif()
    endforeach()
    list(TRANSFORM wanted APPEND " (= ${PROJECT_VERSION})" OUTPUT_VARIABLE exact)
    list(JOIN exact ", " CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS)
    list(TRANSFORM wanted APPEND " = ${PROJECT_VERSION}" OUTPUT_VARIABLE exact)
    list(JOIN exact ", " CPACK_RPM_${component}_PACKAGE_REQUIRES)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS OFF)
    set(CPACK_DEBIAN_${upper}_PACKAGE_ARCHITECTURE all)
    set(CPACK_RPM_${component}_PACKAGE_ARCHITECTURE noarch)
  endif()
  # What its installation runs; the small one where there is no systemd, as in a container.
  if(ARG_OWN_USER)
    set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "systemd-standalone-sysusers | systemd")
  elseif(ARG_BINARY AND EXISTS ${PROJECT_SOURCE_DIR}/systemd/${ARG_BINARY}.tmpfiles)
    set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "systemd-standalone-tmpfiles | systemd")
  endif()
endmacro()

# After the last row: what all packages share.
macro(sonde_packages_done)
  add_custom_target(sonde_pages ALL DEPENDS ${sonde_generated})
  set(CPACK_GENERATOR "DEB" CACHE STRING "Kinds of packages")
  set(CPACK_PACKAGE_NAME sonde)
  set(CPACK_PACKAGE_VENDOR "sonde")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # Every package has its own.
  set(CPACK_PACKAGE_CONTACT ${SONDE_PACKAGE_CONTACT})
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_COMPONENTS_ALL ${sonde_components})
  set(CPACK_COMPONENTS_GROUPING IGNORE)
  set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
      WORLD_READ WORLD_EXECUTE)
  set(CPACK_PACKAGE_FILE_NAME sonde-${PROJECT_VERSION})
  set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/pack_component.cmake)
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_SECTION net)
  set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
  set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
  set(CPACK_RPM_COMPONENT_INSTALL ON)
  set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0")
  set(CPACK_RPM_PACKAGE_GROUP "System/Monitoring")
  set(CPACK_RPM_PACKAGE_AUTOREQ ON)
  set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /etc /etc/sonde /usr/lib /usr/lib/systemd /usr/lib/systemd/system
      /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/share/man /usr/share/man/man1 /usr/share/bash-completion
      /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/vendor-completions /usr/share/fish
      /usr/share/fish/vendor_completions.d)
  # The time of the commit and a fixed host, so that two builds of one commit are equal.
  set(CPACK_RPM_SPEC_MORE_DEFINE "%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define _buildhost localhost
%define _build_id_links none")
  include(CPack)
endmacro()
