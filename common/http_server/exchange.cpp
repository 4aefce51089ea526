#include "common/http_server/exchange.h"

#include "common/core/text.h"

namespace sonde::http {

void AnswerDesk::close() {
  deliver_ = nullptr;
  const MutexLock lock(mutex_);
  loop_ = nullptr;
}

void AnswerDesk::take(const std::shared_ptr<Responder::Exchange>& exchange) {
  if (std::this_thread::get_id() == loop_thread_) {
    if (deliver_) deliver_(exchange);
    return;
  }
  const MutexLock lock(mutex_);
  if (loop_ == nullptr) return;
  loop_->post([exchange, desk = exchange->desk()] {
    if (desk->deliver_) desk->deliver_(exchange);
  });
}

void Responder::Exchange::answer(Response response) {
  response_ = std::move(response);
  desk_->take(shared_from_this());
}

Response Responder::Exchange::take_response() {
  for (Header& header : headers_) {
    std::erase_if(response_.headers,
                  [&](const Header& set) { return equals_ignoring_case(set.name, header.name); });
    if (!header.value.empty()) response_.headers.push_back(std::move(header));
  }
  headers_.clear();
  return std::move(response_);
}

}  // namespace sonde::http
