#pragma once

#include <string>

/// The frame that all report pages share.
namespace intformer::report {

/// A page that needs nothing from outside and follows the reader's light or dark scheme. `title` is
/// plain text, `body` HTML.
std::string page(const std::string& title, const std::string& body);

/// A number with its name above and a note below it, for a list of class "figures". HTML.
std::string figure(const std::string& name, const std::string& value, const std::string& note);

}  // namespace intformer::report
