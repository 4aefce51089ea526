// Any text as blackbox.yml: what is accepted is shown without secrets, and what is shown reads back. A text
// of two documents, which blackbox.yml never is, is the modules and the targets file for them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/yaml/writer.h"
#include "exporters/blackbox/module.h"
#include "exporters/blackbox/target_settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  blackbox::Config config;
  const size_t cut = text.find("\n---\n");
  const Status loaded = yaml::load(text.substr(0, cut), "f", config);
  if (!loaded) {
    if (!loaded.error().message().starts_with("f")) std::abort();
    return 0;
  }
  for (const auto& [name, module] : config.modules) {
    if (module.name != name || module.prober.empty()) std::abort();
    const std::string shown = yaml::write(blackbox::hide_secrets(module.source));
    if (!yaml::parse(shown, "shown")) std::abort();
  }
  if (cut == std::string_view::npos) return 0;
  const Status read = blackbox::read_target_settings(text.substr(cut + 5), "t", config);
  if (!read && !read.error().message().starts_with("t")) std::abort();
  for (const auto& [key, module] : config.targets) {
    if (module.name != key.first || module.prober != config.modules.at(key.first).prober) std::abort();
  }
  return 0;
}
