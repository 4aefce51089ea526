#include "exporters/blackbox/config_files.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace sonde::blackbox {
namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "sonde-config-files-test";
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path / "more");
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, std::string_view text) const {
    const std::string file = (path / name).string();
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(fd);
  }
  Result<LoadedConfig> load() const {
    return load_config({.file = (path / "main.yml").string(), .modules_directory = (path / "more").string()});
  }
};

}  // namespace

TEST_SUITE("blackbox/config_files") {
  TEST_CASE("modules of the folder's files join those of the main one") {
    const Folder folder;
    folder.write("main.yml", "modules: {a: {prober: http}}");
    folder.write("more/b.yml", "modules: {b: {prober: icmp}}");
    folder.write("more/c.yaml", "modules: {c: {prober: tcp}}");
    folder.write("more/notes.txt", "not read");
    folder.write("more/.hidden.yml", "not read");
    const auto loaded = folder.load();
    REQUIRE(loaded);
    CHECK(loaded->config.modules.size() == 3);
    CHECK(loaded->config.modules.at("b").name == "b");
    CHECK(loaded->config.modules.at("b").prober == "icmp");
  }

  TEST_CASE("a module in two files is an error that names both") {
    const Folder folder;
    folder.write("main.yml", "modules: {a: {prober: http}}");
    folder.write("more/b.yml", "modules: {a: {prober: icmp}}");
    const auto loaded = folder.load();
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().message().find("main.yml") != std::string::npos);
    CHECK(loaded.error().message().find("b.yml") != std::string::npos);
  }

  TEST_CASE("the checksum changes with a file's text and not with reading it again") {
    const Folder folder;
    folder.write("main.yml", "modules: {a: {prober: http}}");
    const auto first = folder.load();
    const auto again = folder.load();
    folder.write("main.yml", "modules: {a: {prober: icmp}}");
    const auto changed = folder.load();
    REQUIRE((first && again && changed));
    CHECK(first->checksum == again->checksum);
    CHECK(first->checksum != changed->checksum);
  }

  TEST_CASE("a folder that is not there is an error") {
    const Folder folder;
    folder.write("main.yml", "modules: {}");
    const std::string main = (folder.path / "main.yml").string();
    CHECK_FALSE(load_config({.file = main, .modules_directory = (folder.path / "none").string()}));
    CHECK(load_config({.file = main}));
  }

  TEST_CASE("a targets file is part of the configuration") {
    const Folder folder;
    folder.write("main.yml", "modules: {a: {prober: http}}");
    folder.write("targets.yml", "targets: [{target: t, module: a, http: {method: HEAD}}]");
    const ConfigPaths paths{.file = (folder.path / "main.yml").string(),
                            .targets_file = (folder.path / "targets.yml").string()};
    const auto first = load_config(paths);
    REQUIRE(first);
    CHECK(first->config.targets.at({"a", "t"}).http.method == "HEAD");
    folder.write("targets.yml", "targets: [{target: t, module: a, http: {method: PUT}}]");
    CHECK(load_config(paths)->checksum != first->checksum);
    folder.write("targets.yml", "targets:\n- target: t\n  module: b\n");
    const auto wrong = load_config(paths);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().message().find("targets.yml: line 3") != std::string::npos);
    std::filesystem::remove(folder.path / "targets.yml");
    CHECK_FALSE(load_config(paths));
  }
}

}  // namespace sonde::blackbox
