import CKernels

/// Convolution by matrix products on patches, and depthwise convolution by plain loops. Works for every type and geometry; tests
/// compare the faster back end with it.
///
/// Images are processed in slabs whose patches fit into the cache. Slabs depend on the geometry alone.
struct ReferenceConvolution {
  let geometry: ConvolutionGeometry
  let pool: StoragePool

  func forward(_ input: Tensor, weights: Tensor, bias: Tensor?, relu: Bool, into output: Tensor) {
    let type = input.dtype.kernelType
    let activation = relu ? CK_RELU : CK_IDENTITY
    if geometry.isDepthwise {
      var window = geometry.window
      ck_depthwise_forward(
        type, &window, multiplier, input.pointer, weights.pointer, bias?.pointer, output.pointer)
      if relu { ck_activation_forward(type, activation, 0, output.count, output.pointer, output.pointer) }
      return
    }
    forEachSlab(of: input.dtype) { slab, columns in
      for group in 0..<geometry.groups {
        // output [positions, outputs] = patches [positions, patch] · weightsᵀ
        BLAS.multiply(
          input.dtype, m: slab.positions, n: groupOutputs, k: geometry.patchLength,
          patches(of: input, slab: slab, group: group, columns: columns),
          filters(weights, group: group, transposed: true), into: rows(of: output, slab: slab, group: group))
      }
      if bias != nil || relu {
        let rows = rows(of: output, slab: slab, group: 0).pointer
        ck_bias_activation_forward(
          type, activation, 0, slab.positions, geometry.outputChannels, rows, bias?.pointer, rows)
      }
    }
  }

  func backwardData(_ outputGradient: Tensor, weights: Tensor, into inputGradient: Tensor, accumulate: Bool) {
    let type = inputGradient.dtype.kernelType
    var window = geometry.window
    if geometry.isDepthwise {
      ck_depthwise_backward_data(
        type, &window, multiplier, outputGradient.pointer, weights.pointer, inputGradient.pointer, accumulate)
      return
    }
    forEachSlab(of: inputGradient.dtype) { slab, columns in
      let images = image(slab.firstImage, of: inputGradient)
      for group in 0..<geometry.groups {
        let direct = geometry.isPointwise
        let target =
          direct
          ? channels(of: images, group: group, dtype: inputGradient.dtype)
          : MatrixView(columns, stride: geometry.patchLength)
        // patches [positions, patch] = gradient [positions, outputs] · weights
        BLAS.multiply(
          inputGradient.dtype, m: slab.positions, n: geometry.patchLength, k: groupOutputs,
          rows(of: outputGradient, slab: slab, group: group), filters(weights, group: group),
          beta: direct && accumulate ? 1 : 0, into: target)
        if !direct {
          window.batch = slab.images
          ck_col2im(type, &window, group * groupInputs, groupInputs, columns, images, accumulate)
        }
      }
    }
  }

  func backwardWeights(_ outputGradient: Tensor, input: Tensor, into weightGradient: Tensor, accumulate: Bool) {
    if geometry.isDepthwise {
      var window = geometry.window
      ck_depthwise_backward_weights(
        input.dtype.kernelType, &window, multiplier, input.pointer, outputGradient.pointer, weightGradient.pointer,
        accumulate)
      return
    }
    forEachSlab(of: input.dtype) { slab, columns in
      for group in 0..<geometry.groups {
        // weights [outputs, patch] = gradientᵀ · patches, summed over the slabs
        BLAS.multiply(
          input.dtype, m: groupOutputs, n: geometry.patchLength, k: slab.positions,
          rows(of: outputGradient, slab: slab, group: group, transposed: true),
          patches(of: input, slab: slab, group: group, columns: columns),
          beta: accumulate || slab.firstImage > 0 ? 1 : 0, into: filters(weightGradient, group: group))
      }
    }
  }

  private var multiplier: Int { geometry.outputChannels / geometry.groups }
  private var groupInputs: Int { geometry.inputChannels / geometry.groups }
  private var groupOutputs: Int { geometry.outputChannels / geometry.groups }

  /// Consecutive images and their output positions.
  private struct Slab {
    let firstImage, images, firstPosition, positions: Int
  }

  /// Most bytes of the patches of a slab, unless a single image requires more.
  private static let slabBytes = 4 << 20

  /// Calls `body` for every slab, with memory for the patches of one group.
  private func forEachSlab(of dtype: DType, _ body: (Slab, UnsafeMutableRawPointer) -> Void) {
    let positions = geometry.outputHeight * geometry.outputWidth
    let imageBytes = positions * geometry.patchLength * dtype.size
    let images =
      geometry.isPointwise ? geometry.batch : max(1, min(geometry.batch, Self.slabBytes / max(1, imageBytes)))
    let buffer = pool.allocate(byteCount: geometry.isPointwise ? 0 : images * imageBytes)
    for first in stride(from: 0, to: geometry.batch, by: images) {
      let count = min(images, geometry.batch - first)
      body(
        Slab(firstImage: first, images: count, firstPosition: first * positions, positions: count * positions),
        buffer.pointer)
    }
  }

  private func image(_ index: Int, of tensor: Tensor) -> UnsafeMutableRawPointer {
    tensor.pointer + index * geometry.height * geometry.width * geometry.inputChannels * tensor.dtype.size
  }

  /// One group's channels of images that start at `pointer`: a matrix [pixels, channels of the group].
  private func channels(of pointer: UnsafeMutableRawPointer, group: Int, dtype: DType) -> MatrixView {
    MatrixView(pointer + group * groupInputs * dtype.size, stride: geometry.inputChannels)
  }

  /// One group's part of an output or its gradient: a matrix [positions, outputs of the group].
  private func rows(of output: Tensor, slab: Slab, group: Int, transposed: Bool = false) -> MatrixView {
    let offset = slab.firstPosition * geometry.outputChannels + group * groupOutputs
    return MatrixView(
      output.pointer + offset * output.dtype.size, stride: geometry.outputChannels, transposed: transposed)
  }

  /// One group's weights: a matrix [outputs of the group, patch].
  private func filters(_ weights: Tensor, group: Int, transposed: Bool = false) -> MatrixView {
    let offset = group * groupOutputs * geometry.patchLength
    return MatrixView(
      weights.pointer + offset * weights.dtype.size, stride: geometry.patchLength, transposed: transposed)
  }

  /// The patches of one group as rows of a matrix; the image itself if the kernel is a single point.
  private func patches(of input: Tensor, slab: Slab, group: Int, columns: UnsafeMutableRawPointer) -> MatrixView {
    let images = image(slab.firstImage, of: input)
    if geometry.isPointwise { return channels(of: images, group: group, dtype: input.dtype) }
    var window = geometry.window
    window.batch = slab.images
    ck_im2col(input.dtype.kernelType, &window, group * groupInputs, groupInputs, images, columns)
    return MatrixView(columns, stride: geometry.patchLength)
  }
}
