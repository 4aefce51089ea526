#pragma once
// Joins pages of the text format 0.0.4 that were made apart. Pure.

#include <string>
#include <string_view>

namespace sonde::exporter {

// Puts the families of `more` into `page`, both sorted by name, so that the page stays sorted. Of a family
// that both have, the samples of `more` come before those of the page, whose HELP and TYPE stay. Looks at few
// lines of the page: it is searched by halves.
void merge_families(std::string& page, std::string_view more);

}  // namespace sonde::exporter
