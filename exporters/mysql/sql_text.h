#pragma once
// What comes from flags and servers as parts of a statement. Good in every sql_mode.

#include <string>
#include <string_view>

namespace sonde::mysql {

// A text as a literal: its bytes in hexadecimal, which no mode and no character set reads otherwise.
std::string sql_text(std::string_view text);

// The name of a database or a table, in backticks.
std::string sql_name(std::string_view name);

}  // namespace sonde::mysql
