#pragma once
// How strings stand in the text formats: label values, help texts, and names that need quotes. Appends only.

#include <string>
#include <string_view>

namespace sonde::exposition {

// A label value's text without its quotes: `\`, `"` and newline escaped, bytes that are not UTF-8 replaced.
void append_label_value(std::string& out, std::string_view value);

// A help text: `\` and newline escaped (and `"` in OpenMetrics), bytes that are not UTF-8 replaced.
void append_help(std::string& out, std::string_view help, bool escape_quotes);

// True when the value can be written as it is.
bool is_plain_label_value(std::string_view value);

// `name`, or `"name"` in quotes and escaped when it is not a legacy name.
void append_metric_name(std::string& out, std::string_view name);
void append_label_name(std::string& out, std::string_view name);

}  // namespace sonde::exposition
