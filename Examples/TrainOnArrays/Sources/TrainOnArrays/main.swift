import DataPipeline
import Inference
import NeuralNetworks
import RunSettings
import Training

// Points of a square. Those inside a circle are of class 1.
let points = (0..<400).map { (index: Int) -> [Float] in
  let (row, column) = (Float(index / 20), Float(index % 20))
  return [column / 10 - 0.95, row / 10 - 0.95]
}
let labels = points.map { $0[0] * $0[0] + $0[1] * $0[1] < 0.5 ? 1 : 0 }

var configuration = RunConfiguration(
  model: .layers([.linear(outputs: 16), .activation(.tanh), .linear(outputs: 2)]))
configuration.data = .arrays(training: ArraySplit(points, labels: labels, classes: 2))
configuration.optimizer = .sgd(momentum: 0.9)
configuration.schedule = .constant(rate: 0.1)
configuration.training.batchSize = 40
configuration.training.epochs = 100
configuration.training.shards = 2

let folder = CommandLine.arguments.dropFirst().first ?? "run"
let run = try PreparedRun(configuration, options: RunOptions(runFolder: folder))
let trained = try run.train(workers: 2)
print("loss \(trained.summary.trainLoss ?? .nan), weights \(trained.summary.weightsSHA256)")

let classifier = try Classifier(at: trained.folder) { print("warning: \($0)") }
for point in [[0, 0], [0.9, 0.9]] as [[Float]] {
  print("\(point) is inside with probability \(try classifier.probabilities(of: point)[1])")
}
