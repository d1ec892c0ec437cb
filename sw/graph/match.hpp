#pragma once

#include <type_traits>
#include <utility>
#include <variant>

namespace intformer {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// Calls the case that takes what `variant` holds. There is a case per alternative, or a single
/// generic one for all of them: a missing case does not compile, and a new alternative cannot fall
/// into a default.
template <typename Variant, typename... Cases>
decltype(auto) match(Variant&& variant, Cases&&... cases) {
  constexpr std::size_t kinds = std::variant_size_v<std::remove_cvref_t<Variant>>;
  static_assert(sizeof...(Cases) == 1 || sizeof...(Cases) == kinds,
                "match() needs a case per alternative, or one for all of them");
  return std::visit(Overloaded{std::forward<Cases>(cases)...}, std::forward<Variant>(variant));
}

}  // namespace intformer
