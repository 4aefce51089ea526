#include "common/http_server/server.h"

#include <utility>

#include "common/http_server/address.h"
#include "common/http_server/impl.h"

namespace sonde::http {

Server::Server(loop::EventLoop& loop, Logger& logger, ServerOptions options)
    : impl_(std::make_unique<Impl>(loop, logger, options)) {
  impl_->route_prefix = std::move(options.route_prefix);
}

Server::~Server() = default;

void Server::route(std::string_view methods, std::string_view path, Handler handler, Effect others) {
  impl_->router.add(methods, impl_->route_prefix + std::string(path), std::move(handler), others);
}

void Server::set_filter(RequestFilter* filter) {
  impl_->filter = filter;
}

Status Server::listen(std::string_view address) {
  const auto fd = listen_at(address);
  if (!fd) return fd.error();
  if (auto path = unix_path(address); !path.empty()) impl_->socket_files.push_back(std::move(path));
  return impl_->listen_on(*fd);
}

Status Server::listen_on(int fd) {
  return impl_->listen_on(fd);
}

const std::vector<std::string>& Server::addresses() const {
  return impl_->addresses;
}

void Server::stop(std::chrono::milliseconds grace, loop::Callback stopped) {
  impl_->stop(grace, std::move(stopped));
}

}  // namespace sonde::http
