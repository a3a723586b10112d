#include "claims/suite/picture.hpp"

#include <stdexcept>

namespace tandem::claims {
namespace {

bool fits(PictureKind kind, const Series& series) {
  switch (kind) {
    case PictureKind::chart:
      return !series.x.empty() && series.y.size() == series.x.size() && series.low.size() == series.high.size() &&
             (series.low.empty() || series.low.size() == series.y.size());
    case PictureKind::grid:
      return !series.z.empty() && series.z.size() == series.x.size() * series.y.size();
    case PictureKind::images:
      return series.columns > 0 && !series.z.empty() && series.z.size() % series.columns == 0;
  }
  return false;
}

}  // namespace

void require_drawable(const Picture& picture) {
  if (picture.series.empty()) throw std::logic_error("the picture '" + picture.title + "' has no series");
  for (const Series& series : picture.series) {
    if (fits(picture.kind, series)) continue;
    throw std::logic_error("the lists of the series '" + series.name + "' in the picture '" + picture.title +
                           "' do not fit together");
  }
}

}  // namespace tandem::claims
