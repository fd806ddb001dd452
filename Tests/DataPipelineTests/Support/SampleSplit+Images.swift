@testable import DataPipeline

/// The split as one of images; anything else is a mistake of the test.
extension SampleSplit {
  var images: ImageSplit { self as! ImageSplit }
  var dataset: any ImageDataset { images.dataset }
  var records: [Int] { images.records }
  func label(ofSample sample: Int) -> Int32 { images.label(ofSample: sample) }
}
