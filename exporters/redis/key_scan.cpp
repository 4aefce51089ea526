#include "exporters/redis/key_scan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/core/number_text.h"

namespace sonde::redis {
namespace {

constexpr std::string_view kNoTime = "not all of them in the time of a scrape";

// One walk over one server.
class Walk {
 public:
  Walk(Scrape& scrape, const ScanWish& wish, Client& server)
      : scrape_(scrape),
        wish_(wish),
        server_(server),
        count_(std::to_string(scrape.options.check_keys_batch_size)),
        type_(wish.type) {}

  Result<bool> run(const KeyVisitor& visit) {
    if (auto selected = server_.select(wish_.name.database); !selected) return refused_or(selected.error());
    do {
      if (!scrape_.has_time()) {
        scrape_.leave_out(wish_.what, kNoTime);
        return false;
      }
      const auto reply = next();
      if (!reply) return reply.error();
      const std::string_view next_cursor = text_of(item_of(*reply, 0));
      const Reply& keys = item_of(*reply, 1);
      if (!parse_unsigned(next_cursor) || !keys.is_list()) {
        scrape_.leave_out(wish_.what, reply->is_error() ? reply->text : "an answer of SCAN that is none");
        return false;
      }
      cursor_ = next_cursor;
      const auto more = visit(server_, keys.items);
      if (!more) return more.error();
      if (!*more) return false;
    } while (cursor_ != "0");
    return true;
  }

 private:
  Result<Reply> next() {
    auto reply = server_.command(words());
    if (!reply || !reply->is_error() || type_.empty()) return reply;
    type_ = {};  // An old server: the caller sees what a key is.
    return server_.command(words());
  }

  Command words() const {
    Command words{"SCAN", cursor_, "MATCH", wish_.name.text, "COUNT", count_};
    if (!type_.empty()) words.insert(words.end(), {"TYPE", type_});
    return words;
  }

  Result<bool> refused_or(const Error& error) {
    if (error.code() != ErrorCode::InvalidArgument) return error;
    scrape_.leave_out(wish_.what, error.message());
    return false;
  }

  Scrape& scrape_;
  const ScanWish& wish_;
  Client& server_;
  const std::string count_;
  std::string cursor_ = "0";
  std::string_view type_;
};

}  // namespace

Status find_key_servers(Scrape& scrape, std::string_view what) {
  std::vector<std::string> unreached;
  if (auto found = scrape.servers.find(unreached); !found) return found;
  for (const std::string& who : unreached) scrape.leave_out(what, "cannot reach " + who);
  return Ok{};
}

Result<bool> scan_keys(Scrape& scrape, const ScanWish& wish, const KeyVisitor& visit) {
  bool complete = true;
  // A copy: a server that fails is dropped from the list.
  const std::vector<Client*> servers(scrape.servers.all().begin(), scrape.servers.all().end());
  for (Client* server : servers) {
    const auto walked = Walk(scrape, wish, *server).run(visit);
    if (!walked) {
      if (auto lost = scrape.lost(*server, wish.what, walked.error()); !lost) return lost.error();
    }
    complete = complete && walked && *walked;
  }
  return complete;
}

std::vector<HeldKeys> by_holder(Scrape& scrape, std::string_view what, std::span<const KeyName> names) {
  std::vector<HeldKeys> pieces;
  for (const KeyName& name : names) {
    Client* holder = scrape.servers.holder(name.text);
    if (holder == nullptr) {
      scrape.leave_out(what, "nobody to ask for " + name.text);
      continue;
    }
    const auto piece = std::ranges::find_if(pieces, [&](const HeldKeys& each) {
      return each.server == holder && each.database == name.database && each.keys.size() < kPipelinedKeys;
    });
    HeldKeys& held = piece == pieces.end() ? pieces.emplace_back() : *piece;
    held.server = holder;
    held.database = name.database;
    held.keys.push_back(name.text);
  }
  return pieces;
}

}  // namespace sonde::redis
