// Any text as blackbox.yml: what is accepted is shown without secrets, and what is shown reads back.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/yaml/writer.h"
#include "exporters/blackbox/module.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  blackbox::Config config;
  const Status loaded = yaml::load(text, "f", config);
  if (!loaded) {
    if (!loaded.error().message().starts_with("f")) std::abort();
    return 0;
  }
  for (const auto& [name, module] : config.modules) {
    if (module.name != name || module.prober.empty()) std::abort();
    const std::string shown = yaml::write(blackbox::hide_secrets(module.source));
    if (!yaml::parse(shown, "shown")) std::abort();
  }
  return 0;
}
