#include "common/exposition/negotiation.h"

#include <array>
#include <utility>
#include <vector>

#include "common/core/number_text.h"
#include "common/core/text.h"
#include "common/metrics/labels.h"

namespace sonde::exposition {
namespace {

constexpr std::string_view kProtobufType = "application/vnd.google.protobuf";
constexpr std::string_view kProtobufMessage = "io.prometheus.client.MetricFamily";
constexpr std::string_view kOpenMetricsType = "application/openmetrics-text";
constexpr std::string_view kTextType = "text/plain";

// Clauses of an Accept header beyond this many are not looked at.
constexpr size_t kAcceptClausesMax = 64;

constexpr std::array<std::string_view, 4> kEscapingNames{"allow-utf-8", "underscores", "dots", "values"};

struct ProtocolRow {
  std::string_view name;
  std::string_view accept;
  bool escaping;  // the clause says how names shall be escaped
  Parser parser;
};
// In the order of ScrapeProtocol.
constexpr std::array<ProtocolRow, kScrapeProtocolCount> kProtocols{{
    {"PrometheusProto",
     "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", false,
     Parser::Protobuf},
    {"OpenMetricsText0.0.1", "application/openmetrics-text;version=0.0.1", false, Parser::OpenMetrics},
    {"OpenMetricsText1.0.0", "application/openmetrics-text;version=1.0.0", true, Parser::OpenMetrics},
    {"PrometheusText0.0.4", "text/plain;version=0.0.4", false, Parser::Text},
    {"PrometheusText1.0.0", "text/plain;version=1.0.0", true, Parser::Text},
}};

using Parameters = std::vector<std::pair<std::string_view, std::string_view>>;

std::string_view find(const Parameters& parameters, std::string_view name) {
  // Of a parameter that is given twice the last counts.
  for (size_t i = parameters.size(); i > 0; --i) {
    if (parameters[i - 1].first == name) return parameters[i - 1].second;
  }
  return {};
}

struct AcceptClause {
  std::string_view type;     // "text"
  std::string_view subtype;  // "plain"
  double q = 1;
  Parameters parameters;
};

// As lenient as the original's parser: what is malformed is left out.
std::optional<AcceptClause> parse_clause(std::string_view text) {
  AcceptClause out;
  const Cut media = cut(text, ';');
  const Cut types = cut(media.before, '/');
  out.type = trim(types.before);
  out.subtype = trim(types.after);
  if (types.after.empty()) {
    if (out.type != "*") return std::nullopt;
    out.subtype = "*";
  }
  if (out.subtype.find('/') != std::string_view::npos) return std::nullopt;
  if (media.after.empty()) return out;
  for (const std::string_view piece : split(media.after, ';')) {
    const Cut parameter = cut(piece, '=');
    const std::string_view value = trim(parameter.after);
    if (value.empty() || value.find('=') != std::string_view::npos) continue;
    const std::string_view name = trim(parameter.before);
    if (name == "q") {
      out.q = parse_number(parameter.after).value_or(0);
    } else {
      out.parameters.emplace_back(name, value);
    }
  }
  return out;
}

bool goes_before(const AcceptClause& a, const AcceptClause& b) {
  return a.q > b.q || (a.type != "*" && b.type == "*") || (a.subtype != "*" && b.subtype == "*");
}

std::vector<AcceptClause> parse_accept(std::string_view accept) {
  std::vector<AcceptClause> clauses;
  for (const std::string_view piece : split(accept, ',')) {
    if (clauses.size() == kAcceptClausesMax) break;
    if (auto clause = parse_clause(trim(piece))) clauses.push_back(std::move(*clause));
  }
  // An insertion sort, because goes_before is no strict order (a wildcard may have the larger q) and the
  // original's result for short lists is that of an insertion sort.
  for (size_t i = 1; i < clauses.size(); ++i) {
    for (size_t j = i; j > 0 && goes_before(clauses[j], clauses[j - 1]); --j)
      std::swap(clauses[j], clauses[j - 1]);
  }
  return clauses;
}

std::optional<Format> match(const AcceptClause& clause, Offer offer) {
  const std::string_view version = find(clause.parameters, "version");
  if (offer.openmetrics && clause.type == "application" && clause.subtype == "openmetrics-text") {
    if (version == "1.0.0") return Format::OpenMetrics1;
    if (version.empty() || version == "0.0.1") return Format::OpenMetrics0;
  }
  if (offer.protobuf && clause.type == "application" && clause.subtype == "vnd.google.protobuf" &&
      find(clause.parameters, "proto") == kProtobufMessage &&
      find(clause.parameters, "encoding") == "delimited") {
    return Format::Protobuf;
  }
  // The originals answer version=1.0.0 with the next clause, mostly 0.0.4.
  if (clause.type == "text" && clause.subtype == "plain" && (version.empty() || version == "0.0.4")) {
    return Format::Text;
  }
  return std::nullopt;
}

bool is_token_char(char c) {
  constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?=";
  return c > ' ' && c < 0x7F && kSeparators.find(c) == std::string_view::npos;
}

std::string_view take_token(std::string_view& text) {
  size_t length = 0;
  while (length < text.size() && is_token_char(text[length])) ++length;
  const std::string_view token = text.substr(0, length);
  text.remove_prefix(length);
  return token;
}

// The value of a media type's parameter: a token or a quoted string. False when there is neither.
bool take_value(std::string_view& text, std::string& value) {
  if (!text.starts_with('"')) {
    value = take_token(text);
    return !value.empty();
  }
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
    if (text[i] == '\\' && i + 1 < text.size() && !is_token_char(text[i + 1])) ++i;
    if (text[i] == '\r' || text[i] == '\n') return false;
    value += text[i];
  }
  return false;
}

struct MediaType {
  std::string type;
  std::string version;
};

// RFC 1521 as Go's mime package reads it; nullopt when it is malformed.
std::optional<MediaType> parse_media_type(std::string_view text) {
  const Cut parts = cut(text, ';');
  MediaType out{.type = to_lower_ascii(trim(parts.before)), .version = {}};
  std::string_view rest = out.type;
  if (take_token(rest).empty()) return std::nullopt;
  if (!rest.empty()) {
    if (!rest.starts_with('/')) return std::nullopt;
    rest.remove_prefix(1);
    if (take_token(rest).empty() || !rest.empty()) return std::nullopt;
  }
  rest = text.substr(parts.before.size());
  std::vector<std::string> seen;
  for (;;) {
    rest = trim(rest);
    if (rest.empty() || rest == ";") return out;
    if (!rest.starts_with(';')) return std::nullopt;
    rest = trim(rest.substr(1));
    const std::string name = to_lower_ascii(take_token(rest));
    rest = trim(rest);
    if (name.empty() || !rest.starts_with('=')) return std::nullopt;
    rest = trim(rest.substr(1));
    std::string value;
    if (!take_value(rest, value)) return std::nullopt;
    for (const std::string& known : seen) {
      if (known == name) return std::nullopt;
    }
    seen.push_back(name);
    if (name == "version") out.version = value;
  }
}

}  // namespace

std::string_view escaping_name(Escaping escaping) {
  return kEscapingNames[static_cast<size_t>(escaping)];
}

std::optional<Escaping> parse_escaping(std::string_view name) {
  for (size_t i = 0; i < kEscapingNames.size(); ++i) {
    if (kEscapingNames[i] == name) return static_cast<Escaping>(i);
  }
  return std::nullopt;
}

Negotiated negotiate(std::string_view accept, Offer offer) {
  Negotiated out;
  for (const AcceptClause& clause : parse_accept(accept)) {
    // A clause that is not chosen still says how to escape.
    if (const auto escaping = parse_escaping(find(clause.parameters, "escaping"))) out.escaping = *escaping;
    if (const auto format = match(clause, offer)) {
      out.format = *format;
      return out;
    }
  }
  return out;
}

std::string content_type(Negotiated negotiated) {
  constexpr std::array<std::string_view, 5> kTypes{
      "text/plain; version=0.0.4; charset=utf-8",
      "text/plain; version=1.0.0; charset=utf-8",
      "application/openmetrics-text; version=0.0.1; charset=utf-8",
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
  };
  std::string out(kTypes[static_cast<size_t>(negotiated.format)]);
  out += "; escaping=";
  out += escaping_name(negotiated.escaping);
  return out;
}

std::string_view scrape_protocol_name(ScrapeProtocol protocol) {
  return kProtocols[static_cast<size_t>(protocol)].name;
}

std::optional<ScrapeProtocol> parse_scrape_protocol(std::string_view name) {
  for (size_t i = 0; i < kProtocols.size(); ++i) {
    if (kProtocols[i].name == name) return static_cast<ScrapeProtocol>(i);
  }
  return std::nullopt;
}

std::string accept_header(std::span<const ScrapeProtocol> protocols, Escaping escaping) {
  std::string out;
  size_t tenths = kScrapeProtocolCount + 1;
  const auto append_q = [&] {
    out += ";q=0.";
    append_unsigned(out, tenths);
    if (tenths > 1) --tenths;
  };
  for (const ScrapeProtocol protocol : protocols) {
    const ProtocolRow& row = kProtocols[static_cast<size_t>(protocol)];
    out += row.accept;
    if (row.escaping) {
      out += ";escaping=";
      out += escaping_name(escaping);
    }
    append_q();
    out += ',';
  }
  out += "*/*";
  append_q();
  return out;
}

std::optional<Parser> choose_parser(std::string_view content_type, std::optional<ScrapeProtocol> fallback) {
  const auto media = parse_media_type(content_type);
  if (media) {
    // OpenMetrics 2.0 is another language.
    if (media->type == kOpenMetricsType && media->version != "2.0.0") return Parser::OpenMetrics;
    if (media->type == kTextType) return Parser::Text;
    if (media->type == kProtobufType) return Parser::Protobuf;
  }
  if (!fallback) return std::nullopt;
  return kProtocols[static_cast<size_t>(*fallback)].parser;
}

}  // namespace sonde::exposition
