#include "common/yaml/value.h"

#include "common/core/duration.h"
#include "common/core/text.h"
#include "common/yaml/scalar.h"

namespace sonde::yaml {
namespace {

std::string describe(const Node& node) {
  switch (node.kind) {
    case NodeKind::Null:
      return "null";
    case NodeKind::List:
      return "a list";
    case NodeKind::Map:
      return "a mapping";
    case NodeKind::Scalar:
      break;
  }
  return quoted(node.text);
}

}  // namespace

std::string Value::path() const {
  if (parent_ == nullptr) return {};
  std::string out = parent_->path();
  if (key_.data() == nullptr) return out + "[" + std::to_string(index_) + "]";
  return out + (out.empty() ? "" : ".") + std::string(key_);
}

void Value::fail_at(Position at, std::string_view message) const {
  if (problem_.error) return;
  std::string text = problem_.file;
  if (at.line > 0) {
    text += ": line " + std::to_string(at.line) + ", column " + std::to_string(at.column);
  }
  if (const std::string where = path(); !where.empty()) text += ": " + where;
  problem_.error.emplace(ErrorCode::InvalidArgument, text + ": " + std::string(message));
}

void Value::fail_type(std::string_view what) const {
  fail("cannot read " + describe(node_) + " as " + std::string(what));
}

void decode(const Value& in, std::string& out) {
  if (in.node().kind != NodeKind::Scalar) return in.fail_type("text");
  out = in.node().text;
}

void decode(const Value& in, bool& out) {
  const auto truth = to_boolean(in.node());
  if (!truth) return in.fail_type("true or false");
  out = *truth;
}

void decode(const Value& in, double& out) {
  const auto number = to_number(in.node());
  if (!number) return in.fail_type("a number");
  out = *number;
}

void decode(const Value& in, std::chrono::milliseconds& out) {
  if (in.node().kind != NodeKind::Scalar) return in.fail_type("a duration such as 30s or 1h30m");
  const auto duration = parse_duration(in.node().text);
  if (!duration) return in.fail(duration.error().message());
  out = *duration;
}

std::optional<int64_t> integer_of(const Value& in) {
  return to_integer(in.node());
}
std::optional<uint64_t> unsigned_of(const Value& in) {
  return to_unsigned(in.node());
}

Fields::Fields(const Value& in, std::string_view type) : in_(in), type_(type) {
  if (in.node().kind == NodeKind::Map) {
    taken_.resize(in.node().entries.size());
  } else if (!in.is_null()) {
    in.fail_type("a mapping (" + std::string(type) + ")");
  }
}

const Entry* Fields::find(std::string_view key) const {
  for (const Entry& entry : in_.node().entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const Entry* Fields::take(std::string_view key) {
  const Entry* entry = find(key);
  if (entry != nullptr) taken_[static_cast<size_t>(entry - in_.node().entries.data())] = true;
  return entry;
}

void Fields::fail(std::string_view key, std::string_view message) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return in_.fail(message);
  Value(entry->value, in_, std::string_view(entry->key)).fail(message);
}

void Fields::finish() const {
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i]) continue;
    const Entry& entry = in_.node().entries[i];
    return in_.fail_at(entry.at, "field " + entry.key + " not found in type " + std::string(type_));
  }
}

}  // namespace sonde::yaml
