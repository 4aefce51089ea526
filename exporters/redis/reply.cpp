#include "exporters/redis/reply.h"

#include "common/core/number_text.h"

namespace sonde::redis {
namespace {

const Reply kNil;

}  // namespace

std::string_view text_of(const Reply& reply) {
  return reply.kind == Reply::Kind::Text ? std::string_view(reply.text) : std::string_view();
}

std::optional<double> number_of(const Reply& reply) {
  if (reply.kind == Reply::Kind::Integer) return static_cast<double>(reply.integer);
  return reply.kind == Reply::Kind::Text ? parse_number(reply.text) : std::nullopt;
}

const Reply& item_of(const Reply& list, size_t index) {
  return index < list.items.size() ? list.items[index] : kNil;
}

const Reply& value_of(const Reply& pairs, std::string_view name) {
  for (size_t i = 0; i + 1 < pairs.items.size(); i += 2) {
    if (text_of(pairs.items[i]) == name) return pairs.items[i + 1];
  }
  return kNil;
}

void for_each_pair(const Reply& pairs,
                   const std::function<void(std::string_view name, const Reply& value)>& visit) {
  for (size_t i = 0; i + 1 < pairs.items.size(); i += 2) visit(text_of(pairs.items[i]), pairs.items[i + 1]);
}

Status reply_error(const Reply& reply) {
  if (!reply.is_error()) return Ok{};
  return Error(ErrorCode::InvalidArgument, reply.text);
}

}  // namespace sonde::redis
