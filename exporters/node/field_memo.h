#pragma once
// Remembers what each field of a kernel file is exported as. The kernel lists its fields in the same order
// every time, so the n-th field's name is compared with the n-th name of the last scrape, and only a name
// that is new there goes through the lookup (a regular expression, a search in a table) again.

#include <string>
#include <string_view>
#include <vector>

#include "common/metrics/family.h"

namespace sonde::node {

class FieldMemo {
 public:
  // A scrape begins at the first field again.
  void restart() { position_ = 0; }

  // The description of the next field, or nullptr when it is not exported. `find(group, name)` decides for a
  // new field; a group is what the fields of one line or block have in common ("TcpExt"), or nothing.
  template <class Find>
  const Desc* next(std::string_view group, std::string_view name, const Find& find) {
    if (position_ == fields_.size()) fields_.push_back({});
    Field& field = fields_[position_++];
    if (!field.known || field.name != name || field.group != group) {
      field.group = group;
      field.name = name;
      field.desc = find(group, name);
      field.known = true;
    }
    return field.desc;
  }

 private:
  struct Field {
    std::string group;
    std::string name;
    const Desc* desc = nullptr;
    bool known = false;
  };
  std::vector<Field> fields_;
  size_t position_ = 0;
};

}  // namespace sonde::node
