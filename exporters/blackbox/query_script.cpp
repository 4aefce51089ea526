#include "exporters/blackbox/query_script.h"

#include <utility>

#include "common/core/text.h"

namespace sonde::blackbox {
namespace {

constexpr Desc kExpectInfo{"probe_expect_info", "Explicit content matched"};
// The reference's own limit: that of its line reader.
constexpr size_t kLineBytesMax = 64 * 1024;
// All that a peer may send between two steps of ours.
constexpr uint64_t kReceivedBytesMax = uint64_t{64} << 20;

class Script : public std::enable_shared_from_this<Script> {
 public:
  Script(std::shared_ptr<Probe> probe, std::shared_ptr<Connection> connection, ScriptSettings settings,
         std::function<void(bool)> done)
      : probe_(std::move(probe)),
        connection_(std::move(connection)),
        settings_(std::move(settings)),
        done_(std::move(done)) {}

  void run_step() {
    if (step_ == settings_.steps.size()) return end(true);
    probe_->log(LogLevel::Debug, "Processing query response entry",
                {{"entry_number", std::to_string(step_)}});
    to_send_ = step().send;
    if (!step().expect.empty()) return expect_line();
    if (!step().expect_bytes.empty()) return expect_bytes();
    send();
  }

 private:
  const QueryResponse& step() const { return settings_.steps[step_]; }

  void end(bool success) { std::exchange(done_, nullptr)(success); }

  void fail(std::string_view phase, std::string_view message, const Error& error) {
    probe_->log_failure(phase, message, error);
    end(false);
  }

  // Reads on and calls `next` with whether more came; a failure ends the script.
  void receive(std::function<void(bool more)> next) {
    connection_->read([self = shared_from_this(), next = std::move(next)](Result<std::string_view> bytes) {
      if (!bytes) return self->fail("response", "Error reading from connection", bytes.error());
      self->received_bytes_ += bytes->size();
      if (self->received_bytes_ > kReceivedBytesMax) {
        return self->fail("response", "Error reading from connection",
                          Error(ErrorCode::LimitExceeded, "the peer sent more than 64 MiB"));
      }
      self->buffer_ += *bytes;
      next(!bytes->empty());
    });
  }

  // Lines are read until one of them matches.
  void expect_line() {
    size_t begin = 0;
    for (size_t end = 0; (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      if (end - begin >= kLineBytesMax) return fail_long_line();
      if (!judge_line(std::string_view(buffer_).substr(begin, end - begin))) continue;
      buffer_.erase(0, end + 1);
      return send();
    }
    buffer_.erase(0, begin);
    if (buffer_.size() >= kLineBytesMax) return fail_long_line();
    receive([this](bool more) {
      if (more) return expect_line();
      const std::string last = std::exchange(buffer_, {});
      if (!last.empty() && judge_line(last)) return send();
      settings_.verdict.failed_regex = true;
      probe_->note_failure({.phase = "response", .reason = "regexp"});
      probe_->log(LogLevel::Error, "Regexp did not match",
                  {{"regexp", step().expect.text()}, {"line", last_line_}});
      end(false);
    });
  }

  void fail_long_line() {
    fail("response", "Error reading from connection", Error(ErrorCode::LimitExceeded, "token too long"));
  }

  bool judge_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    last_line_ = line.substr(0, 1024);
    probe_->log(LogLevel::Debug, "Read line", {{"line", last_line_}});
    const auto groups = step().expect.find(line);
    if (!groups) return false;
    probe_->log(LogLevel::Debug, "Regexp matched", {{"regexp", step().expect.text()}, {"line", last_line_}});
    to_send_ = step().expect.expand(step().send, *groups);
    if (!step().labels.empty()) export_labels(*groups);
    return true;
  }

  void export_labels(const std::vector<std::string_view>& groups) {
    std::vector<std::string> values;
    for (const auto& [name, form] : step().labels)
      values.push_back(replace_invalid_utf8(step().expect.expand(form, groups)));
    std::vector<LabelView> labels;
    for (const auto& [name, form] : step().labels) labels.push_back({name, values[labels.size()]});
    probe_->sink().line(kExpectInfo, "", labels, 1);
  }

  void expect_bytes() {
    const std::string& wanted = step().expect_bytes;
    if (buffer_.size() < wanted.size()) {
      return receive([this](bool more) {
        if (more) return expect_bytes();
        fail("response", "Read less data than expected",
             Error(ErrorCode::Truncated, "EOF after " + quoted(buffer_)));
      });
    }
    if (!buffer_.starts_with(wanted)) {
      settings_.verdict.failed_bytes = true;
      probe_->note_failure({.phase = "response", .reason = "bytes"});
      probe_->log(LogLevel::Error, "Bytes did not match",
                  {{"expected", quoted(wanted)},
                   {"bytes", quoted(std::string_view(buffer_).substr(0, wanted.size()))}});
      return end(false);
    }
    buffer_.erase(0, wanted.size());
    send();
  }

  void send() {
    if (to_send_.empty()) return start_tls();
    probe_->log(LogLevel::Debug, "Sending line", {{"line", to_send_}});
    connection_->write(to_send_ + "\n", [self = shared_from_this()](const Status& sent) {
      if (!sent) return self->fail("request", "Failed to send", sent.error());
      self->start_tls();
    });
  }

  void start_tls() {
    if (!step().starttls) return next();
    // What came before is not covered by TLS and must not be taken for what comes after.
    buffer_.clear();
    connection_->start_tls(probe_->tools().tls_stores, settings_.tls_config, settings_.server_name,
                           [self = shared_from_this()](const Status& done) {
                             if (!done)
                               return self->fail("tls", "TLS Handshake (client) failed", done.error());
                             self->probe_->log(LogLevel::Debug, "TLS Handshake (client) succeeded.");
                             self->next();
                           });
  }

  void next() {
    ++step_;
    received_bytes_ = 0;
    run_step();
  }

  std::shared_ptr<Probe> probe_;
  std::shared_ptr<Connection> connection_;
  const ScriptSettings settings_;
  std::function<void(bool)> done_;
  size_t step_ = 0;
  std::string buffer_;  // what came and is not judged yet
  uint64_t received_bytes_ = 0;
  std::string to_send_;
  std::string last_line_;
};

}  // namespace

void run_query_script(std::shared_ptr<Probe> probe, std::shared_ptr<Connection> connection,
                      ScriptSettings settings, std::function<void(bool success)> done) {
  std::make_shared<Script>(std::move(probe), std::move(connection), std::move(settings), std::move(done))
      ->run_step();
}

}  // namespace sonde::blackbox
