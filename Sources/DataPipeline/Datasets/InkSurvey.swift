import CImageFiles

/// The readings of CMYK and YCCK files among some images of a folder, from their headers. No file says for certain how its inks
/// are meant, and a wrong reading gives negatives.
struct InkSurvey {
  /// Most files whose headers are read: reading all of a large folder would delay the first step.
  private static let measured = 200

  private var looked = 0
  private var inverted: [String] = []
  private var plain: [String] = []

  init(of paths: [String], limit: Int) {
    let step = max(1, paths.count / Self.measured)
    for index in stride(from: 0, to: paths.count, by: step) {
      guard let header = try? PixelImage.header(ofFile: paths[index], limit: limit) else { continue }
      looked += 1
      if header.inks == CI_INVERTED_INKS { inverted.append(paths[index]) }
      if header.inks == CI_INKS { plain.append(paths[index]) }
    }
  }

  /// A sentence for each reading that occurs.
  var remarks: [String] {
    let advice = "; if they look like negatives, convert them to RGB"
    return [
      sentence(inverted, "with Adobe's marker, so that 0 is read as full ink"),
      sentence(plain, "without Adobe's marker, so that 255 is read as full ink"),
    ].compactMap { $0 }.map { $0 + advice }
  }

  private func sentence(_ paths: [String], _ reading: String) -> String? {
    guard let first = paths.first else { return nil }
    let names = paths.count == 1 ? first : "\(first) and \(paths.count - 1) more"
    return "of \(looked) images looked at, \(paths.count) \(paths.count == 1 ? "is" : "are") CMYK (\(names)) \(reading)"
  }
}
