#pragma once
// The inside of Server: listeners, the libmicrohttpd daemon on our loop, connections and their deadlines. All
// of it belongs to the loop's thread.

#include <microhttpd.h>

#include <cstdarg>
#include <unordered_map>

#include "common/http_server/connection.h"
#include "common/http_server/mhd_response.h"
#include "common/http_server/router.h"
#include "common/http_server/server.h"

namespace sonde::http {

class Server::Impl {
 public:
  Impl(loop::EventLoop& loop, Logger& logger, ServerOptions options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status listen_on(int fd);
  void stop(std::chrono::milliseconds grace, loop::Callback stopped);

  Router router;
  std::string route_prefix;  // before the path of every route
  RequestFilter* filter = nullptr;
  std::vector<std::string> socket_files;  // of ours: removed when the listeners close
  std::vector<std::string> addresses;

 private:
  // Called by libmicrohttpd, inside run_daemon().
  static void on_log(void* cls, const char* format, va_list arguments);
  static void* on_uri(void* cls, const char* uri, MHD_Connection* handle);
  static void on_connection(void* cls, MHD_Connection* handle, void** context,
                            MHD_ConnectionNotificationCode code);
  static void on_completed(void* cls, MHD_Connection* handle, void** request, MHD_RequestTerminationCode why);
  static MHD_Result on_request(void* cls, MHD_Connection* handle, const char* url, const char* method,
                               const char* version, const char* data, size_t* data_bytes, void** request);

  Status start_daemon();
  void run_daemon();
  void arm_timer();
  void run_daemon_at(int64_t monotonic_ns);
  void accept_clients(int listener);
  void pause_accepting(bool paused);
  void accept_again_after(std::chrono::milliseconds pause);
  bool accept_one(int listener);

  void close_listeners();

  MHD_Result begin(Connection& connection, const char* method);
  MHD_Result take_body(Connection& connection, const char* data, size_t* data_bytes);
  MHD_Result dispatch(Connection& connection);
  void hand_over(Connection& connection);
  MHD_Result queue(Connection& connection, Response response, bool close = false);
  void deliver(const std::shared_ptr<Responder::Exchange>& exchange);
  void suspend(Connection& connection);
  void resume(Connection& connection);

  void scan_later();
  void scan();
  void cut(Connection& connection);
  bool make_room();
  void keep_body(Connection& connection, size_t bytes);
  void drop_body(Connection& connection);
  void finish_stop();

  loop::EventLoop& loop_;
  Logger& logger_;
  const ServerOptions options_;
  MHD_Daemon* daemon_ = nullptr;
  int daemon_fd_ = -1;
  bool in_daemon_ = false;
  loop::TimerId timer_ = loop::TimerId::None;
  int64_t timer_at_ns_ = 0;

  std::vector<int> listeners_;
  bool accepting_ = true;
  loop::TimerId accept_timer_ = loop::TimerId::None;
  int64_t crowd_told_ns_ = 0;  // when the log was last told that the connection limit is reached
  size_t bodies_bytes_ = 0;    // of all connections' body_kept
  size_t accepted_count_ = 0;  // connections that libmicrohttpd was given and has not closed

  std::unordered_map<MHD_Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<const TlsPolicy>>
      tls_in_use_;         // of connections that the library is just ending
  uint64_t progress_ = 0;  // requests that came whole: what happens without this is looked at by scan()
  loop::TimerId scan_timer_ = loop::TimerId::None;

  std::shared_ptr<AnswerDesk> desk_;  // Shared with the exchanges.
  ResponseFactory responses_;
  bool stopping_ = false;
  bool closing_ = false;  // nothing is answered any more
  loop::TimerId grace_timer_ = loop::TimerId::None;
  loop::Callback stopped_;
};

}  // namespace sonde::http
