import Autograd
import Foundation
import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite struct AdamTests {
  /// Seven steps against PyTorch's optimisers, with its options, L2 and both ways to clip.
  @Test(
    arguments: [
      "adam/plain", "adam/weight_decay", "adam/l2", "adam/betas", "adamw/plain", "adamw/clip", "adamw/clip_value",
      "sgd/clip_value",
    ],
    [(DType.float64, 1e-9), (.float32, 2e-6)])
  func trajectory(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let (dtype, tolerance) = precision
    let reference = try golden(name)
    let pool = StoragePool()
    let model = try Model([linear(3)], inputShape: [5], dtype: dtype, pool: pool)
    let parameters = [("weight", model.store.parameters[0]), ("bias", model.store.parameters[1])]
    for (key, parameter) in parameters {
      parameter.value.copy(from: try reference.tensor(key, dtype: dtype, pool: pool))
    }
    let specification = try specification(reference, kind: String(name.prefix { $0 != "/" }))
    let optimizer = Optimizer(specification, store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], dtype: dtype, pool: pool)
    for step in 0..<7 {
      for (key, parameter) in parameters {
        parameter.view(of: gradients).copy(
          from: try reference.tensor("gradient_\(key)_\(step)", dtype: dtype, pool: pool))
      }
      let report = optimizer.step(
        step, gradients: gradients, scale: 0.25, learningRate: 0.1 / Double(1 + step), report: true)
      for (key, parameter) in parameters {
        let expected = try reference.tensor("\(key)_\(step)", dtype: dtype, pool: pool)
        #expect(relativeDifference(parameter.value, expected) <= tolerance, "\(key) after step \(step)")
      }
      let norm = try reference.number("norm_\(step)")
      #expect(abs(try #require(report.gradientNorm) - norm) <= tolerance * norm)
    }
    for state in optimizer.state where state.name != "momentum" {
      for (key, parameter) in parameters {
        let expected = try reference.tensor("\(state.name)_\(key)", dtype: dtype, pool: pool)
        #expect(relativeDifference(parameter.view(of: state.value), expected) <= tolerance, "\(state.name) of \(key)")
      }
    }
  }

  private func golden(_ name: String) throws -> Golden {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let goldens = try Golden.load(folder.appendingPathComponent("Resources/optimizers.json"))
    return try #require(goldens[name])
  }

  private func specification(_ reference: Golden, kind: String) throws -> OptimizerSpecification {
    let betas = (try reference.number("beta1"), try reference.number("beta2"))
    let epsilon = try reference.number("epsilon")
    var specification = OptimizerSpecification.sgd(momentum: try reference.number("momentum"))
    if kind == "adam" { specification = .adam(betas: betas, epsilon: epsilon) }
    if kind == "adamw" { specification = .adamW(betas: betas, epsilon: epsilon) }
    specification.weightDecay = try reference.number("weight_decay")
    specification.l2 = try reference.number("l2")
    let (norm, value) = (try reference.number("clip_norm"), try reference.number("clip_value"))
    specification.clipNorm = norm == 0 ? nil : norm
    specification.clipValue = value == 0 ? nil : value
    return specification
  }

  /// Logging a step must not change the run.
  @Test(arguments: [nil, 0.05] as [Double?])
  func reportsDoNotChangeBits(clipValue: Double?) throws {
    let pool = StoragePool()
    var results: [[Double]] = []
    for report in [false, true] {
      let model = try Model([linear(5), batchNorm, linear(3)], inputShape: [7], pool: pool)
      randomizeParameters(of: model)
      var specification = OptimizerSpecification.adamW()
      (specification.l2, specification.weightDecay, specification.clipValue) = (0.1, 0.2, clipValue)
      let optimizer = Optimizer(specification, store: model.store, pool: pool)
      let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
      var random = TestRandom(seed: 8)
      for step in 0..<3 {
        for parameter in model.store.parameters {
          parameter.view(of: gradients).copy(from: random.tensor(parameter.shape, dtype: .float32, pool: pool))
        }
        _ = optimizer.step(step, gradients: gradients, scale: 0.1, learningRate: 0.1, report: report)
      }
      results.append(model.store.values.values)
    }
    #expect(results[0] == results[1])
  }

  /// Values without gradients do not change, such as the padding of flat buffers.
  @Test func zerosStayZeros() throws {
    let pool = StoragePool()
    let model = try Model([linear(3)], inputShape: [5], pool: pool)
    let optimizer = Optimizer(.adam(), store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
    for step in 0..<3 {
      _ = optimizer.step(step, gradients: gradients, scale: 1, learningRate: 1, report: false)
    }
    #expect(model.store.values.values.allSatisfy { $0 == 0 })
    #expect(optimizer.state.map(\.name) == ["exp_avg", "exp_avg_sq"])
  }
}
