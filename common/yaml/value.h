#pragma once
// Typed, strict access to a YAML tree. A type is read by a function `decode(const Value&, T&)` that is found
// beside the type; a mapping is read through Fields, which refuses keys that nobody asked for:
//
//   void decode(const yaml::Value& in, TlsConfig& out) {
//     yaml::Fields fields(in, "tls_config");
//     fields.read("server_name", out.server_name);
//     fields.read("insecure_skip_verify", out.insecure_skip_verify);
//     fields.finish();
//   }
//   TlsConfig config;
//   Status status = yaml::load(text, "web.yml", config);
//
// Errors are sticky: the first one is kept, with file, line, column and the path of the key, and load()
// returns it. Defaults live in the struct: a key that is absent changes nothing; a null one gives T{}, as in
// the reference. Values and Fields live on the stack of a decode; a child must not outlive its parent.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/core/result.h"
#include "common/yaml/node.h"

namespace sonde::yaml {

// The first error of a decode.
struct Problem {
  std::string file;
  std::optional<Error> error;
};

class Value {
 public:
  Value(const Node& node, Problem& problem) : node_(node), problem_(problem) {}
  Value(const Node& node, const Value& parent, std::string_view key)
      : node_(node), problem_(parent.problem_), parent_(&parent), key_(key) {}
  Value(const Node& node, const Value& parent, size_t index)
      : node_(node), problem_(parent.problem_), parent_(&parent), index_(index) {}

  const Node& node() const { return node_; }
  bool is_null() const { return node_.kind == NodeKind::Null; }
  // "scrape_configs[0].relabel_configs[2].regex"; "" for the document.
  std::string path() const;

  void fail(std::string_view message) const { fail_at(node_.at, message); }
  void fail_at(Position at, std::string_view message) const;
  // "cannot read `x` as WHAT".
  void fail_type(std::string_view what) const;
  bool failed() const { return problem_.error.has_value(); }

 private:
  const Node& node_;
  Problem& problem_;
  const Value* parent_ = nullptr;
  std::string_view key_;
  size_t index_ = 0;
};

void decode(const Value& in, std::string& out);
void decode(const Value& in, bool& out);
void decode(const Value& in, double& out);
// "90s", "1h30m": the configuration's duration language (common/core/duration.h).
void decode(const Value& in, std::chrono::milliseconds& out);

template <std::integral T>
requires(!std::same_as<T, bool>) void decode(const Value& in, T& out);
template <class T>
void decode(const Value& in, std::optional<T>& out);
// A null item of a list of mappings is an error.
template <class T>
void decode(const Value& in, std::vector<T>& out);
template <class T>
void decode(const Value& in, std::map<std::string, T>& out);

// One name of a fixed list, exactly as written there.
template <class T>
struct Choice {
  std::string_view name;
  T value;
};
template <class T, class Choices>
void decode_choice(const Value& in, const Choices& choices, T& out);

class Fields {
 public:
  // `type` names the mapping in "field x not found in type TYPE". A null node reads as an empty mapping.
  Fields(const Value& in, std::string_view type);

  bool has(std::string_view key) const { return find(key) != nullptr; }

  // Reads one key; true when it is present.
  template <class T>
  bool read(std::string_view key, T& out);
  // Calls `reader(const Value&)` when the key is present, null or not.
  template <class Reader>
  bool visit(std::string_view key, Reader&& reader);
  template <class T, class Choices>
  bool choose(std::string_view key, const Choices& choices, T& out) {
    return visit(key, [&](const Value& value) { decode_choice(value, choices, out); });
  }
  // Calls `reader(name, const Value&)` for every key that was not read yet, in order.
  template <class Reader>
  void visit_rest(Reader&& reader);

  // At the key's value, or at the mapping when the key is absent.
  void fail(std::string_view key, std::string_view message) const;
  void fail(std::string_view message) const { in_.fail(message); }
  bool failed() const { return in_.failed(); }
  const Value& value() const { return in_; }

  // Refuses the keys that were not read. Call it last.
  void finish() const;

 private:
  const Entry* find(std::string_view key) const;
  const Entry* take(std::string_view key);

  const Value& in_;
  std::string_view type_;
  std::vector<bool> taken_;
};

// Parses and decodes a document.
template <class T>
Status load(std::string_view text, std::string_view file_name, T& out);

// --- Templates
// -----------------------------------------------------------------------------------------------

std::optional<int64_t> integer_of(const Value& in);
std::optional<uint64_t> unsigned_of(const Value& in);

template <std::integral T>
requires(!std::same_as<T, bool>) void decode(const Value& in, T& out) {
  if constexpr (std::signed_integral<T>) {
    const auto number = integer_of(in);
    if (number && std::in_range<T>(*number)) return void(out = static_cast<T>(*number));
    in.fail_type(sizeof(T) == 8 ? "an integer" : "an integer of this size");
  } else {
    const auto number = unsigned_of(in);
    if (number && std::in_range<T>(*number)) return void(out = static_cast<T>(*number));
    in.fail_type("an unsigned integer");
  }
}

template <class T>
void decode(const Value& in, std::optional<T>& out) {
  T value{};
  decode(in, value);
  out = std::move(value);
}

template <class T>
void decode(const Value& in, std::vector<T>& out) {
  out.clear();
  if (in.node().kind != NodeKind::List) return in.fail_type("a list");
  constexpr bool kMapping = std::is_class_v<T> && !std::same_as<T, std::string>;
  for (size_t i = 0; i < in.node().items.size() && !in.failed(); ++i) {
    const Value item(in.node().items[i], in, i);
    if (kMapping && item.is_null()) return item.fail("empty or null entry");
    T element{};
    if (!item.is_null()) decode(item, element);
    out.push_back(std::move(element));
  }
}

template <class T>
void decode(const Value& in, std::map<std::string, T>& out) {
  out.clear();
  if (in.node().kind != NodeKind::Map) return in.fail_type("a mapping");
  for (const Entry& entry : in.node().entries) {
    const Value value(entry.value, in, std::string_view(entry.key));
    T element{};
    if (!value.is_null()) decode(value, element);
    out.emplace(entry.key, std::move(element));
  }
}

template <class T, class Choices>
void decode_choice(const Value& in, const Choices& choices, T& out) {
  std::string allowed;
  for (const auto& choice : choices) {
    if (in.node().kind == NodeKind::Scalar && in.node().text == choice.name) {
      out = choice.value;
      return;
    }
    allowed.append(allowed.empty() ? "" : ", ").append(choice.name);
  }
  in.fail_type("one of " + allowed);
}

template <class T>
bool Fields::read(std::string_view key, T& out) {
  return visit(key, [&out](const Value& value) {
    if (value.is_null()) {
      out = T{};
    } else {
      decode(value, out);
    }
  });
}

template <class Reader>
bool Fields::visit(std::string_view key, Reader&& reader) {
  const Entry* entry = take(key);
  if (entry == nullptr) return false;
  if (!failed()) reader(Value(entry->value, in_, std::string_view(entry->key)));
  return true;
}

template <class Reader>
void Fields::visit_rest(Reader&& reader) {
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i]) continue;
    taken_[i] = true;
    const Entry& entry = in_.node().entries[i];
    if (!failed()) reader(std::string_view(entry.key), Value(entry.value, in_, std::string_view(entry.key)));
  }
}

template <class T>
Status load(std::string_view text, std::string_view file_name, T& out) {
  auto root = parse(text, file_name);
  if (!root) return root.error();
  Problem problem{std::string(file_name), {}};
  const Value value(*root, problem);
  decode(value, out);
  if (problem.error) return *problem.error;
  return Ok{};
}

}  // namespace sonde::yaml
