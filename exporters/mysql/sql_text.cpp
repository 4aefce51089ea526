#include "exporters/mysql/sql_text.h"

#include "common/core/text.h"

namespace sonde::mysql {

std::string sql_text(std::string_view text) {
  std::string out = "_utf8mb4 X'";
  for (const char c : text) append_hex(out, static_cast<unsigned char>(c));
  return out + "'";
}

std::string sql_name(std::string_view name) {
  std::string out = "`";
  for (const char c : name) out.append(c == '`' ? 2 : 1, c);
  return out + "`";
}

}  // namespace sonde::mysql
