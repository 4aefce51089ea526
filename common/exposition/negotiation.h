#pragma once
// Which format and name escaping a page is served in, from a request's Accept header, and the other side:
// which Accept header a scrape sends and which parser a response's Content-Type asks for. Pure functions of
// text.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sonde::exposition {

enum class Format : uint8_t {
  Text,          // text/plain; version=0.0.4
  Text1,         // text/plain; version=1.0.0: quoted names
  OpenMetrics0,  // application/openmetrics-text; version=0.0.1
  OpenMetrics1,  // application/openmetrics-text; version=1.0.0
  Protobuf,      // delimited io.prometheus.client.MetricFamily
};

// What becomes of names outside [a-zA-Z_:][a-zA-Z0-9_:]*.
enum class Escaping : uint8_t { AllowUtf8, Underscores, Dots, Values };

// "allow-utf-8", "underscores", "dots", "values".
std::string_view escaping_name(Escaping escaping);
std::optional<Escaping> parse_escaping(std::string_view name);

// The name in that scheme: `a.b_c` becomes `a.b_c`, `a_b_c`, `a_dot_b__c` or `U__a_2e_b__c`. A legacy name is
// left as it is by AllowUtf8, Underscores and Values.
std::string escape_name(std::string_view name, Escaping escaping);

// What Escaping::Values was made of: "U__caf_e9_" is "café". A name that does not begin with "U__" or whose
// escapes are broken stays as it is.
std::string unescape_name(std::string_view name);

// --- Serving.

struct Offer {
  bool openmetrics = false;  // only a few of the originals offer it
  bool protobuf = true;
};
struct Negotiated {
  Format format = Format::Text;
  Escaping escaping = Escaping::Underscores;
};
// The best of what is offered for an Accept header as received ("" when there was none).
Negotiated negotiate(std::string_view accept, Offer offer);

// The Content-Type to answer with, as the original writes it:
// "text/plain; version=0.0.4; charset=utf-8; escaping=underscores".
std::string content_type(Negotiated negotiated);

// --- Scraping.

// The values of `scrape_protocols`.
enum class ScrapeProtocol : uint8_t {
  PrometheusProto,
  OpenMetricsText0_0_1,
  OpenMetricsText1_0_0,
  PrometheusText0_0_4,
  PrometheusText1_0_0,
};
inline constexpr size_t kScrapeProtocolCount = 5;
std::string_view scrape_protocol_name(ScrapeProtocol protocol);
std::optional<ScrapeProtocol> parse_scrape_protocol(std::string_view name);

// The Accept header of a scrape: q falls by 0.1 from protocol to protocol, in the given order.
std::string accept_header(std::span<const ScrapeProtocol> protocols, Escaping escaping);

enum class Parser : uint8_t { Text, OpenMetrics, Protobuf };
// The parser for a response's Content-Type. `fallback` is used where the header is missing, malformed or
// names something else; without one such a response gives nullopt, and the scrape fails.
std::optional<Parser> choose_parser(std::string_view content_type, std::optional<ScrapeProtocol> fallback);

}  // namespace sonde::exposition
