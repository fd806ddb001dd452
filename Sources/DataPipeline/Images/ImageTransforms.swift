/// The transforms of a run's images: those of training, and those of validation, testing and classification.
public struct ImageTransforms: Sendable, Equatable {
  public var training: TransformList
  public var evaluation: TransformList

  public init(training: [TransformSpecification] = [], evaluation: [TransformSpecification] = []) {
    (self.training, self.evaluation) = (TransformList(training), TransformList(evaluation))
  }

  public var isEmpty: Bool { training.isEmpty && evaluation.isEmpty }

  /// A setting that does not fit, with its key.
  package struct Fault: Error, Equatable {
    package var key: String
    package var problem: String
    package var hint: String
  }

  /// Shape of the model's input, for samples of the data of a shape.
  ///
  /// - Parameter shape: `[height, width, channels]`, or `[features]`.
  package func sampleShape(
    of shape: [Int], _ normalization: DatasetSpecification.Normalization
  ) throws(Fault) -> [Int] {
    guard !isEmpty else { return shape }
    guard shape.count == 3 else {
      throw Fault(
        key: training.isEmpty ? "data.evaluation_transforms" : "data.augment",
        problem: "flat samples have no pixels to be flipped, shifted or cropped", hint: "leave the transforms out")
    }
    let image = ImageShape(height: shape[0], width: shape[1], channels: shape[2])
    let trained = try Self.outputShape(training, of: image, key: "data.augment")
    let evaluated = try Self.outputShape(evaluation, of: image, key: "data.evaluation_transforms")
    guard trained == evaluated else {
      let hint =
        if trained == image {
          "give augment a random_crop of \(Self.written(evaluated)) too"
        } else if trained.height <= image.height, trained.width <= image.width {
          "give evaluation_transforms: [{center_crop: \(Self.written(trained))}]"
        } else {
          "make both lists lead to one shape"
        }
      throw Fault(
        key: "data.evaluation_transforms",
        problem: "augment makes images of \(trained), evaluation_transforms of \(evaluated)", hint: hint)
    }
    guard normalization != .perPixel || trained == image else {
      throw Fault(
        key: "data.normalize",
        problem: "normalize: per-pixel requires images of one shape, but the transforms make \(trained) of \(image)",
        hint: "give normalize: per-channel")
    }
    return [trained.height, trained.width, trained.channels]
  }

  private static func outputShape(
    _ list: TransformList, of shape: ImageShape, key: String
  ) throws(Fault) -> ImageShape {
    do throws(TransformFault) {
      return try list.outputShape(of: shape)
    } catch {
      throw Fault(key: key, problem: error.problem, hint: error.hint)
    }
  }

  private static func written(_ shape: ImageShape) -> String {
    shape.height == shape.width ? "\(shape.height)" : "[\(shape.height), \(shape.width)]"
  }
}
