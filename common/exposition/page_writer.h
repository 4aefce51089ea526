#pragma once
// Turns a page in text format, as PageJoiner makes it, into any negotiated format. The exporters' fast path
// is the page itself; everything else is parsed from it. No state.

#include <string>
#include <string_view>

#include "common/core/result.h"
#include "common/exposition/negotiation.h"

namespace sonde::exposition {

// True when the page can be served as it is.
bool serves_as_is(std::string_view text_page, Negotiated negotiated);

// The page in the negotiated format, names escaped. Fails only on a page that is not in text format.
Result<std::string> convert_page(std::string_view text_page, Negotiated negotiated);

}  // namespace sonde::exposition
