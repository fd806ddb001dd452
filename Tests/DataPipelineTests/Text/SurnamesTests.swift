import Files
import Foundation
import Testing

@testable import DataPipeline

/// Real surnames: `surnames.txt` and its two companions in the folder that LOCKSTEP_TEST_DATA names.
struct SurnamesTests {
  private static let folder = ProcessInfo.processInfo.environment["LOCKSTEP_TEST_DATA"]
  private static let isThere = folder.map { !Paths.isMissing($0 + "/surnames.txt") } ?? false

  @Test(.enabled(if: isThere, "requires surnames.txt in the folder LOCKSTEP_TEST_DATA"))
  func theValidationSetIsBalanced() throws {
    let folder = try #require(Self.folder)
    var specification = LabelledTextSpecification(path: folder + "/surnames.txt", format: .numbered)
    specification.categoriesPath = folder + "/surnames-categories.txt"
    specification.validation = .indices(path: folder + "/surnames-validation-indices.txt")
    let dataset = try LabelledTextDataset.open(specification, tokenizer: .trained(.characters))
    let validation = try #require(dataset.validation)
    #expect(dataset.training.count == 20_050 - 252 && validation.count == 252)
    #expect(dataset.classNames.count == 18 && dataset.classNames[10] == "Japanese")
    #expect((0..<18).allSatisfy { label in validation.labels.count { $0 == label } == 14 })
    #expect(dataset.tokenizer.decode(dataset.training.tokens(ofSample: 0)) == Array("Khoury".utf8))
  }
}
