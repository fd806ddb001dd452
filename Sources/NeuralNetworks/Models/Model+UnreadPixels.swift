extension Model {
  /// Warnings about convolutions over patches that leave rows or columns at the image's edge unread, which is seldom
  /// intended. (Other windows that leave some unread are usual.)
  public var notesOnPatches: [String] {
    var shape = inputShape
    return root.layers.compactMap { layer in
      defer { shape = layer.outputShape }
      guard let convolution = layer as? Convolution2D, shape.count == 3 else { return nil }
      let window = convolution.window
      let patch = (window.kernelHeight, window.kernelWidth)
      let padding = window.padding
      guard patch == (window.strideHeight, window.strideWidth),
        [padding.top, padding.bottom, padding.left, padding.right].allSatisfy({ $0 == 0 })
      else { return nil }
      let (rows, columns) = (shape[0] % patch.0, shape[1] % patch.1)
      guard rows > 0 || columns > 0 else { return nil }
      let divisors = (2...max(2, min(shape[0], shape[1]))).filter {
        shape[0].isMultiple(of: $0) && shape[1].isMultiple(of: $0)
      }
      let hint =
        divisors.isEmpty ? "" : "; patches that do: \(divisors.prefix(8).map(String.init).joined(separator: ", "))"
      return """
        layer \(layer.path) (\(layer.name)): patches of \(patch.0)×\(patch.1) do not cut an image of \(shape[0])×\(shape[1]) evenly: \
        it never sees the last \(rows) rows and \(columns) columns\(hint)
        """
    }
  }
}
