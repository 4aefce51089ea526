#include "exporters/pushgateway/stored_family.h"

#include <utility>

#include "exporters/pushgateway/push_reader.h"

namespace sonde::pushgateway {

PushedFamily read_family(const std::string& name, const GroupStore::Family& family, const GroupingKey& key) {
  std::string text;
  append_family(text, name, family);
  auto body = PushReader(text, key, /*utf8_names=*/true).read();
  if (body && !body->families.empty()) return std::move(body->families.front());
  // What we wrote can be read; should it not, there is nothing to show.
  PushedFamily nothing;
  nothing.name = name;
  nothing.type = family.type;
  return nothing;
}

}  // namespace sonde::pushgateway
