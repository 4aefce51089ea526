#pragma once
// The web page of the scraper: targets with their health and a query box, one HTML text with its style and
// script inside, which loads nothing from elsewhere. Pure.

#include <string>
#include <string_view>

namespace sonde::ui {

// The page; `path_prefix` is "" or like "/prometheus" and stands before every path that it asks for.
std::string page(std::string_view title, std::string_view path_prefix);

}  // namespace sonde::ui
