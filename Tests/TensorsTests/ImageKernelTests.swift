import CKernels
import Tensors
import Testing

@Suite struct ImageKernelTests {
  private let pool = StoragePool()

  @Test(arguments: [CK_NO_TABLE, CK_PER_CHANNEL, CK_PER_PIXEL], [1, 3])
  func everyMove(_ table: ck_table, _ channels: Int) {
    let moves = [(0, 0), (2, -3), (-1, 1), (5, 0), (0, -7), (9, 9)]
    check(table, ImageSize(height: 5, width: 7, channels: channels), moves)
  }

  /// The kernel works on 1024 values at a time: at that edge, and beyond it, a pixel is cut into parts.
  @Test(arguments: [CK_NO_TABLE, CK_PER_CHANNEL, CK_PER_PIXEL], [1023, 1024, 1025, 2311])
  func anyNumberOfChannels(_ table: ck_table, _ channels: Int) {
    check(table, ImageSize(height: 2, width: 3, channels: channels), [(0, 0), (1, -1)])
  }

  private struct ImageSize { var height, width, channels: Int }

  private func check(_ table: ck_table, _ size: ImageSize, _ moves: [(down: Int, right: Int)]) {
    let (height, width, channels) = (size.height, size.width, size.channels)
    let count = height * width * channels
    let pixels = (0..<count).map { UInt8($0 * 37 % 256) }
    let entries = table == CK_PER_CHANNEL ? channels : count
    for dtype in floatingTypes {
      let (mean, inverse) = (randomTensor([entries], dtype, 1), randomTensor([entries], dtype, 2))
      let (means, inverses) = (mean.values, inverse.values)
      for planar in [false, true] {
        for mirror in [false, true] {
          for (down, right) in moves {
            var image = ck_image(
              height: height, width: width, channels: channels, planar: planar, rows: height, columns: width,
              row: -down, column: mirror ? width - 1 + right : -right, mirror: mirror, top: max(0, down),
              bottom: min(height, height + down), left: max(0, right), right: min(width, width + right))
            let expected = (0..<count).map { index -> Double in
              let (c, j, i) = (index % channels, index / channels % width, index / channels / width)
              let (row, moved) = (i - down, j - right)
              var value = 0.0
              if (0..<height).contains(row) && (0..<width).contains(moved) {
                let column = mirror ? width - 1 - moved : moved
                let source = planar ? (c * height + row) * width + column : (row * width + column) * channels + c
                value = Double(pixels[source]) / 255
              }
              let entry = table == CK_PER_CHANNEL ? c : index
              return table == CK_NO_TABLE ? value : (value - means[entry]) * inverses[entry]
            }
            let y = Tensor(uninitialized: [height, width, channels], dtype: dtype, pool: pool)
            ck_image_normalize(
              dtype.kernelType, &image, pixels, 1 / 255.0, table, table == CK_NO_TABLE ? nil : mean.pointer,
              table == CK_NO_TABLE ? nil : inverse.pointer, y.pointer)
            expectClose(y.values, expected, dtype, ulps: 4, "planar \(planar), mirror \(mirror), \(down), \(right)")
          }
        }
      }
    }
  }
  @Test("a window of bytes, of either layout", arguments: [false, true], [1, 3, 5])
  func gather(_ planar: Bool, _ channels: Int) {
    let (height, width) = (5, 7)
    let pixels = (0..<height * width * channels).map { UInt8($0 * 37 % 256) }
    for mirror in [false, true] {
      // Three rows from the second on, six columns of which the first has no source.
      var image = ck_image(
        height: height, width: width, channels: channels, planar: planar, rows: 3, columns: 6, row: 1,
        column: mirror ? 5 : 1, mirror: mirror, top: 0, bottom: 3, left: 1, right: 6)
      var bytes = [UInt8](repeating: 99, count: 18 * channels)
      ck_image_gather(&image, pixels, &bytes)
      for (index, byte) in bytes.enumerated() {
        let (c, j, i) = (index % channels, index / channels % 6, index / channels / 6)
        let (row, column) = (1 + i, mirror ? 5 - j : 1 + j)
        let source = planar ? (c * height + row) * width + column : (row * width + column) * channels + c
        #expect(byte == (j == 0 ? 0 : pixels[source]), "mirror \(mirror), (\(i), \(j), \(c))")
      }
    }
  }

  @Test("a crop beyond the edges, which reflect", arguments: [1, 3])
  func reflection(_ channels: Int) {
    let (height, width) = (3, 5)
    let pixels = (0..<height * width * channels).map { UInt8($0 + 1) }
    func reflected(_ index: Int, _ size: Int) -> Int { index < 0 ? -index : min(index, 2 * (size - 1) - index) }
    for (top, left, rows, columns) in [(0, 0, 3, 5), (-2, -4, 7, 13), (1, 3, 3, 2), (-1, 4, 2, 3), (-2, -3, 1, 2)] {
      var bytes = [UInt8](repeating: 0, count: rows * columns * channels)
      ck_image_crop_reflected(height, width, channels, pixels, top, left, rows, columns, &bytes)
      let expected = bytes.indices.map { index in
        let (c, j, i) = (index % channels, index / channels % columns, index / channels / columns)
        return pixels[(reflected(top + i, height) * width + reflected(left + j, width)) * channels + c]
      }
      #expect(bytes == expected, "\(rows)×\(columns) at (\(top), \(left))")
    }
  }
}
