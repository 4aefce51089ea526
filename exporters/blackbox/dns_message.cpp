#include "exporters/blackbox/dns_message.h"

#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "common/core/text.h"

namespace sonde::blackbox {
namespace {

struct PacketDeleter {
  void operator()(ldns_pkt* packet) const { ::ldns_pkt_free(packet); }
};
struct NameDeleter {
  void operator()(ldns_rdf* name) const { ::ldns_rdf_deep_free(name); }
};
struct TextDeleter {
  void operator()(char* text) const { std::free(text); }
};

constexpr unsigned char kRecursionDesired = 1;
constexpr size_t kQuestionCountAt = 5;
constexpr size_t kHeaderBytes = 12;

void append_u16(std::string& out, uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xFF);
}

// Steps over names and records without looking into them; past the end everything is 0.
class Stepper {
 public:
  explicit Stepper(std::string_view message) : message_(message) {}

  size_t u8() { return at_ < message_.size() ? static_cast<unsigned char>(message_[at_++]) : 0; }
  size_t u16() {
    const size_t high = u8();
    return high << 8 | u8();
  }
  void skip(size_t size) { at_ += std::min(size, message_.size() - at_); }
  void skip_name() {
    constexpr size_t kPointer = 0xC0;  // Two bytes, and the name's end (RFC 1035, 4.1.4).
    for (size_t label = u8(); label != 0; label = u8()) {
      if (label >= kPointer) return skip(1);
      skip(label);
    }
  }
  bool at_end() const { return at_ == message_.size(); }

 private:
  std::string_view message_;
  size_t at_ = 0;
};

// One OPT (RFC 6891, 6.1.1) and one TSIG record (RFC 8945, 5.1) are the most that a message may have. ldns
// takes more, and loses the memory of all but the last. What is broken otherwise it finds itself.
bool has_doubled_pseudo_record(std::string_view message) {
  Stepper at(message);
  at.skip(4);
  const size_t question_count = at.u16();
  size_t before_additional = at.u16();
  before_additional += at.u16();
  const size_t additional_count = at.u16();
  for (size_t i = 0; i < question_count && !at.at_end(); ++i) {
    at.skip_name();
    at.skip(4);
  }
  size_t opt_count = 0;
  size_t tsig_count = 0;
  for (size_t i = 0; i < before_additional + additional_count && !at.at_end(); ++i) {
    at.skip_name();
    const size_t type = at.u16();
    at.skip(6);  // class and time to live
    at.skip(at.u16());
    if (i < before_additional) continue;
    if (type == LDNS_RR_TYPE_OPT) ++opt_count;
    if (type == LDNS_RR_TYPE_TSIG) ++tsig_count;
  }
  return opt_count > 1 || tsig_count > 1;
}

std::vector<std::string> texts_of(const ldns_rr_list* records) {
  std::vector<std::string> out;
  for (size_t i = 0; i < ::ldns_rr_list_rr_count(records); ++i) {
    const std::unique_ptr<char, TextDeleter> text(::ldns_rr2str(::ldns_rr_list_rr(records, i)));
    // A record that ldns cannot spell still counts.
    out.emplace_back(text ? trim(text.get()) : std::string_view());
  }
  return out;
}

std::optional<uint32_t> serial_of(const ldns_rr_list* records) {
  constexpr size_t kSerialField = 2;
  std::optional<uint32_t> out;
  for (size_t i = 0; i < ::ldns_rr_list_rr_count(records); ++i) {
    const ldns_rr* record = ::ldns_rr_list_rr(records, i);
    if (::ldns_rr_get_type(record) != LDNS_RR_TYPE_SOA) continue;
    const ldns_rdf* serial = ::ldns_rr_rdf(record, kSerialField);
    if (serial != nullptr && ::ldns_rdf_size(serial) == sizeof(uint32_t))
      out = ::ldns_rdf2native_int32(serial);
  }
  return out;
}

}  // namespace

Result<std::string> write_dns_query(const DnsQuery& query) {
  const std::unique_ptr<ldns_rdf, NameDeleter> name(::ldns_dname_new_frm_str(query.name.c_str()));
  if (!name) return Error(ErrorCode::InvalidArgument, "not a domain name: " + quoted(query.name));
  std::string out;
  append_u16(out, query.id);
  out += static_cast<char>(query.recursion_desired ? kRecursionDesired : 0);
  out.resize(kHeaderBytes, '\0');
  out[kQuestionCountAt] = 1;
  out.append(reinterpret_cast<const char*>(::ldns_rdf_data(name.get())), ::ldns_rdf_size(name.get()));
  append_u16(out, query.type);
  append_u16(out, query.query_class);
  return out;
}

std::optional<uint16_t> read_dns_id(std::string_view message) {
  if (message.size() < sizeof(uint16_t)) return std::nullopt;
  return static_cast<uint16_t>(static_cast<unsigned char>(message[0]) << 8 |
                               static_cast<unsigned char>(message[1]));
}

Result<DnsAnswer> read_dns_answer(std::string_view message) {
  if (message.size() > kDnsMessageBytesMax)
    return Error(ErrorCode::LimitExceeded, "a message of more than 64 KiB");
  if (has_doubled_pseudo_record(message))
    return Error(ErrorCode::Corrupt, "bad message: more than one OPT or TSIG record");
  ldns_pkt* raw = nullptr;
  const ldns_status status =
      ::ldns_wire2pkt(&raw, reinterpret_cast<const uint8_t*>(message.data()), message.size());
  const std::unique_ptr<ldns_pkt, PacketDeleter> packet(raw);
  if (status != LDNS_STATUS_OK || !packet) {
    return Error(ErrorCode::Corrupt, std::string("bad message: ") + ::ldns_get_errorstr_by_id(status));
  }
  if (!::ldns_pkt_qr(packet.get())) return Error(ErrorCode::Corrupt, "bad message: a query, not an answer");
  DnsAnswer out;
  out.id = ::ldns_pkt_id(packet.get());
  out.rcode = static_cast<uint16_t>(::ldns_pkt_get_rcode(packet.get()));
  out.answer = texts_of(::ldns_pkt_answer(packet.get()));
  out.authority = texts_of(::ldns_pkt_authority(packet.get()));
  out.additional = texts_of(::ldns_pkt_additional(packet.get()));
  out.soa_serial = serial_of(::ldns_pkt_answer(packet.get()));
  if (::ldns_pkt_edns(packet.get())) {
    // ldns keeps the OPT record apart; it stands in the additional section, and has more bits of the code.
    out.additional.emplace_back(";; OPT PSEUDOSECTION");
    out.rcode = static_cast<uint16_t>(out.rcode | ::ldns_pkt_edns_extended_rcode(packet.get()) << 4);
  }
  return out;
}

}  // namespace sonde::blackbox
