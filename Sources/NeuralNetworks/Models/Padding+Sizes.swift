import Autograd
import Tensors

extension Padding {
  /// Rows and columns to add around an image of this size.
  func resolved(height: Int, width: Int, kernel: Extent, stride: Extent, dilation: Extent = Extent(1)) -> ImagePadding {
    switch self {
    case .valid: return ImagePadding()
    case .symmetric(let extent): return ImagePadding(height: extent.height, width: extent.width)
    case .same:
      let rows = Self.total(size: height, kernel: kernel.height, stride: stride.height, dilation: dilation.height)
      let columns = Self.total(size: width, kernel: kernel.width, stride: stride.width, dilation: dilation.width)
      return ImagePadding(
        top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    }
  }

  /// Padding for ⌈size / stride⌉ outputs.
  private static func total(size: Int, kernel: Int, stride: Int, dilation: Int) -> Int {
    let outputs = (size + stride - 1) / stride
    return max((outputs - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
  }
}
