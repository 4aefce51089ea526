#include <libfyaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "common/core/text.h"
#include "common/yaml/node.h"
#include "common/yaml/scalar.h"

namespace sonde::yaml {
namespace {

// Above this many keys of one mapping the search for duplicates goes through a set.
constexpr size_t kLinearKeysMax = 16;
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

struct DestroyDiag {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
struct DestroyParser {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};

std::string_view text_of(fy_token* token) {
  if (token == nullptr) return {};
  size_t length = 0;
  const char* text = fy_token_get_text(token, &length);
  return text == nullptr ? std::string_view{} : std::string_view(text, length);
}

// "str" of "!!str" and "!<tag:yaml.org,2002:str>"; any other tag in full; "" without one.
std::string tag_of(fy_token* token) {
  if (token == nullptr) return {};
  const fy_tag* tag = fy_tag_token_tag(token);
  if (tag == nullptr) return {};
  std::string out = std::string(tag->handle != nullptr ? tag->handle : "");
  if (out == "!!")
    return std::string(text_of(token)).substr(std::min(text_of(token).size(), kTagPrefix.size()));
  const std::string_view full = text_of(token);
  return std::string(full.starts_with(kTagPrefix) ? full.substr(kTagPrefix.size()) : full);
}

// The text between single quotes: '' is a quote, a line break folds to a space, an empty line stays a line
// break. Read here because libfyaml 0.7.12 loses the end of such text when it has both.
std::string read_single_quoted(std::string_view raw) {
  constexpr std::string_view kBlank = " \t\r";
  std::string out;
  while (true) {
    const Cut line = cut(raw, '\n');
    std::string_view piece = line.before;
    if (line.found) piece = piece.substr(0, piece.find_last_not_of(kBlank) + 1);
    for (size_t i = 0; i < piece.size(); ++i) {
      out += piece[i];
      if (piece[i] == '\'') ++i;
    }
    if (!line.found) return out;
    size_t breaks = 1;
    for (raw = line.after; !raw.empty(); ++breaks) {
      raw.remove_prefix(std::min(raw.find_first_not_of(kBlank), raw.size()));
      if (!raw.starts_with('\n')) break;
      raw.remove_prefix(1);
    }
    out += breaks == 1 ? std::string(" ") : std::string(breaks - 1, '\n');
  }
}

// Builds the tree from the parser's events. Anchored nodes are kept and copied where an alias names them; a
// node that is not complete yet cannot be named, so no cycle can arise. Both limits count what aliases add.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, std::string_view file_name) : text_(text), file_name_(file_name) {
    fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = nullptr;
    diag_.reset(fy_diag_create(&diag_config));
    fy_diag_set_collect_errors(diag_.get(), true);
    fy_parse_cfg config{};
    config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_1);
    config.diag = diag_.get();
    parser_.reset(fy_parser_create(&config));
    if (parser_ != nullptr) fy_parser_set_string(parser_.get(), text.data(), text.size());
  }
  ~TreeBuilder() { release(); }
  TreeBuilder(const TreeBuilder&) = delete;
  TreeBuilder& operator=(const TreeBuilder&) = delete;

  Result<Node> build() {
    Node root;
    bool seen_document = false;
    while (next()) {
      switch (event_->type) {
        case FYET_DOCUMENT_START:
          if (seen_document) return fail(here(), "a second document begins here; only one is read");
          seen_document = true;
          break;
        case FYET_SCALAR:
        case FYET_ALIAS:
        case FYET_SEQUENCE_START:
        case FYET_MAPPING_START: {
          auto node = read_node(0);
          if (!node) return node.error();
          root = std::move(node->node);
          break;
        }
        default:
          break;
      }
    }
    if (auto error = stream_error()) return *error;
    return root;
  }

 private:
  struct Subtree {
    Node node;
    size_t height = 0;  // nested collections
    size_t count = 1;   // nodes
  };

  bool next() {
    release();
    if (parser_ == nullptr) return false;
    event_ = fy_parser_parse(parser_.get());
    return event_ != nullptr;
  }
  void release() {
    if (event_ != nullptr) fy_parser_event_free(parser_.get(), event_);
    event_ = nullptr;
  }

  Position here() const {
    const fy_mark* mark = fy_event_start_mark(event_);
    if (mark == nullptr) return {};
    const int inside = begins_with_mark() && mark->column > 0 ? 1 : 0;
    return {static_cast<uint32_t>(mark->line + 1), static_cast<uint32_t>(mark->column + 1 - inside)};
  }
  // The parser's place of these is behind the quote or the asterisk.
  bool begins_with_mark() const {
    if (event_->type == FYET_ALIAS) return true;
    if (event_->type != FYET_SCALAR || event_->scalar.value == nullptr) return false;
    const fy_scalar_style style = fy_token_scalar_style(event_->scalar.value);
    return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
  }

  Error fail(Position at, std::string_view message) const {
    std::string text(file_name_);
    if (at.line > 0) text += ": line " + std::to_string(at.line) + ", column " + std::to_string(at.column);
    return Error(ErrorCode::InvalidArgument, text + ": " + std::string(message));
  }

  // What libfyaml complained about, if it did.
  std::optional<Error> stream_error() const {
    void* state = nullptr;
    const fy_diag_error* error = diag_ == nullptr ? nullptr : fy_diag_errors_iterate(diag_.get(), &state);
    if (error != nullptr) {
      const Position at{static_cast<uint32_t>(std::max(error->line, 0)),
                        static_cast<uint32_t>(std::max(error->column, 0))};
      return fail(at, error->msg != nullptr ? error->msg : "cannot be read as YAML");
    }
    if (parser_ == nullptr || fy_parser_get_stream_error(parser_.get()))
      return fail({}, "cannot be read as YAML");
    return std::nullopt;
  }
  Error interrupted() const {
    auto error = stream_error();
    return error ? *error : fail({}, "ends in the middle of a value");
  }

  // Reads the node that the current event begins.
  Result<Subtree> read_node(size_t depth) {
    if (depth > kDepthMax) return fail(here(), "nested deeper than " + std::to_string(kDepthMax) + " levels");
    if (++count_ > kNodesMax) return too_many();
    const Position at = here();
    fy_token* anchor_token = anchor();
    const std::string name(text_of(anchor_token));
    Result<Subtree> out = read_kind(depth);
    if (!out) return out;
    out->node.at = at;
    if (anchor_token != nullptr && !name.empty()) anchors_[name] = *out;
    return out;
  }
  Result<Subtree> read_kind(size_t depth) {
    switch (event_->type) {
      case FYET_SCALAR:
        return read_scalar();
      case FYET_ALIAS:
        return read_alias(depth);
      case FYET_SEQUENCE_START:
        return read_list(depth);
      case FYET_MAPPING_START:
        return read_map(depth);
      default:
        return interrupted();
    }
  }
  Error too_many() const {
    return fail(here(), "more than " + std::to_string(kNodesMax) + " values, those of aliases counted");
  }

  fy_token* anchor() const {
    switch (event_->type) {
      case FYET_SCALAR:
        return event_->scalar.anchor;
      case FYET_SEQUENCE_START:
        return event_->sequence_start.anchor;
      case FYET_MAPPING_START:
        return event_->mapping_start.anchor;
      default:
        return nullptr;
    }
  }

  Result<Subtree> read_scalar() {
    Subtree out;
    fy_token* token = event_->scalar.value;
    out.node.kind = NodeKind::Scalar;
    out.node.text = scalar_text(token);
    out.node.plain = token == nullptr || fy_token_scalar_style(token) == FYSS_PLAIN;
    const std::string tag = tag_of(event_->scalar.tag);
    if (tag == "str" || tag == "!") {
      out.node.plain = false;
    } else if (tag == "int" || tag == "bool" || tag == "float" || tag == "null") {
      out.node.plain = true;
    } else if (!tag.empty()) {
      return fail(here(), "the tag " + quoted(tag) + " is not supported");
    }
    if (out.node.plain && is_null_text(out.node.text)) out.node.kind = NodeKind::Null;
    return out;
  }

  std::string scalar_text(fy_token* token) const {
    const bool single = token != nullptr && fy_token_scalar_style(token) == FYSS_SINGLE_QUOTED;
    const fy_mark* begin = single ? fy_token_start_mark(token) : nullptr;
    const fy_mark* end = single ? fy_token_end_mark(token) : nullptr;
    if (begin == nullptr || end == nullptr || end->input_pos < begin->input_pos ||
        end->input_pos > text_.size()) {
      return std::string(text_of(token));
    }
    return read_single_quoted(text_.substr(begin->input_pos, end->input_pos - begin->input_pos));
  }

  Result<Subtree> read_alias(size_t depth) {
    const std::string name(text_of(event_->alias.anchor));
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) return fail(here(), "unknown anchor " + quoted(name));
    const Subtree& subtree = found->second;
    if (depth + subtree.height > kDepthMax) {
      return fail(here(), "nested deeper than " + std::to_string(kDepthMax) + " levels");
    }
    count_ += subtree.count;
    if (count_ > kNodesMax) return too_many();
    return subtree;
  }

  Result<Subtree> read_list(size_t depth) {
    Subtree out{{}, 1, 1};
    out.node.kind = NodeKind::List;
    const Position begin = here();
    while (next()) {
      if (event_->type == FYET_SEQUENCE_END) return out;
      auto item = read_node(depth + 1);
      if (!item) return item.error();
      adopt(out, *item);
      place(item->node, begin);
      out.node.items.push_back(std::move(item->node));
    }
    return interrupted();
  }

  Result<Subtree> read_map(size_t depth) {
    Subtree out{{}, 1, 1};
    out.node.kind = NodeKind::Map;
    std::vector<Entry> merged;
    std::set<std::string, std::less<>> keys;  // In use from kLinearKeysMax keys on.
    while (next()) {
      if (event_->type == FYET_MAPPING_END) {
        add_merged(out.node, std::move(merged), keys);
        return out;
      }
      auto key = read_node(depth + 1);
      if (!key) return key.error();
      const Node& name = key->node;
      if (name.kind != NodeKind::Scalar && name.kind != NodeKind::Null) {
        return fail(name.at, "a key must be a single value");
      }
      if (!next()) return interrupted();
      auto value = read_node(depth + 1);
      if (!value) return value.error();
      adopt(out, *value);
      place(value->node, name.at);
      if (name.plain && name.text == "<<") {
        if (auto status = collect_merge(std::move(value->node), merged); !status) return status.error();
        continue;
      }
      if (has_key(out.node, keys, name.text))
        return fail(name.at, "key " + quoted(name.text) + " is set twice");
      append_entry(out.node, keys, {name.text, name.at, std::move(value->node)});
    }
    return interrupted();
  }

  static void adopt(Subtree& parent, const Subtree& child) {
    parent.height = std::max(parent.height, child.height + 1);
    parent.count += child.count;
  }

  // An empty value has no place of its own: it gets that of its key or list.
  static void place(Node& node, Position at) {
    if (node.at.line == 0) node.at = at;
  }

  static bool has_key(const Node& map, const std::set<std::string, std::less<>>& keys, std::string_view key) {
    return keys.empty() ? map.find(key) != nullptr : keys.contains(key);
  }
  static void append_entry(Node& map, std::set<std::string, std::less<>>& keys, Entry entry) {
    if (keys.empty() && map.entries.size() >= kLinearKeysMax) {
      for (const Entry& present : map.entries) keys.insert(present.key);
    }
    if (!keys.empty()) keys.insert(entry.key);
    map.entries.push_back(std::move(entry));
  }

  // The entries of the mappings that "<<" names, in order.
  Status collect_merge(Node source, std::vector<Entry>& merged) const {
    if (source.kind == NodeKind::Map) {
      for (Entry& entry : source.entries) merged.push_back(std::move(entry));
      return Ok{};
    }
    const auto is_map = [](const Node& node) { return node.kind == NodeKind::Map; };
    if (source.kind != NodeKind::List || !std::all_of(source.items.begin(), source.items.end(), is_map)) {
      return fail(source.at, "a merge key (<<) needs a mapping or a list of mappings");
    }
    for (Node& item : source.items) {
      for (Entry& entry : item.entries) merged.push_back(std::move(entry));
    }
    return Ok{};
  }
  // A key of the mapping itself wins over a merged one, and the first merged one over later ones.
  static void add_merged(Node& map, std::vector<Entry> merged, std::set<std::string, std::less<>>& keys) {
    for (Entry& entry : merged) {
      if (!has_key(map, keys, entry.key)) append_entry(map, keys, std::move(entry));
    }
  }

  std::string_view text_;  // what is parsed; outlives the builder
  std::string_view file_name_;
  std::unique_ptr<fy_diag, DestroyDiag> diag_;
  std::unique_ptr<fy_parser, DestroyParser> parser_;
  fy_event* event_ = nullptr;
  std::map<std::string, Subtree, std::less<>> anchors_;
  size_t count_ = 0;
};

// Tab and line ends are the only control characters of YAML that have a place in a configuration. The line
// breaks beyond ASCII (U+0085, U+2028, U+2029) go with the rest: libfyaml reports wrong lengths for text that
// has them.
bool has_control(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if ((byte < 0x20 && byte != '\t' && byte != '\r') || byte == 0x7f) return true;
    const std::string_view rest = line.substr(i);
    if (byte == 0xC2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0) return true;
    if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) return true;
  }
  return false;
}

// libfyaml gives no message for bytes that are not UTF-8 and lets control characters pass, so they are found
// first.
Status check_text(std::string_view text, std::string_view file_name) {
  if (text.size() > kDocumentBytesMax) {
    return Error(ErrorCode::LimitExceeded, std::string(file_name) + ": larger than " +
                                               std::to_string(kDocumentBytesMax >> 20) + " MiB");
  }
  for (size_t number = 1; !text.empty(); ++number) {
    const Cut line = cut(text, '\n');
    const bool is_text = is_valid_utf8(line.before);
    if (!is_text || has_control(line.before)) {
      return Error(ErrorCode::InvalidArgument, std::string(file_name) + ": line " + std::to_string(number) +
                                                   (is_text ? ": control character" : ": not valid UTF-8"));
    }
    text = line.after;
  }
  return Ok{};
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Result<Node> parse(std::string_view text, std::string_view file_name) {
  if (auto status = check_text(text, file_name); !status) return status.error();
  if (trim(text).empty()) return Node{};
  return TreeBuilder(text, file_name).build();
}

}  // namespace sonde::yaml
