import Foundation
import Testing

/// The sheet of images before and after augmentation.
@Suite(.serialized, .takingTurns) struct DataShowTests {
  private func show(_ arguments: String...) throws -> ProcessResult { try Lockstep.run(["data", "show"] + arguments) }

  /// Height and width of a PNG file.
  private func size(_ path: String) throws -> [Int] {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try #require(bytes.count > 24 && bytes.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
    func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return [number(20), number(16)]
  }

  @Test("a row for each image is drawn and named; the same seed draws the same sheet")
  func sheet() throws {
    let photos = try PhotoRun()
    let out = photos.folder.path("sheet.png")
    let result = try show(photos.config, "--out", out, "--count", "3")
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.lines.count == 4 && result.lines[3].hasPrefix("\(out): 3 images, "), "\(result.output)")
    #expect(result.lines[0] == "row 1: sample 0, class a \"cat\", \(photos.images)/train/a \"cat\"/0.png")
    // Images of 8×8 are enlarged twelve times; there are seven in a row.
    #expect(try size(out) == [3 * 100 + 4, 7 * 100 + 4 + 12])
    let again = photos.folder.path("again.png")
    #expect(try show(photos.config, "--out", again, "--count", "3").exitCode == 0)
    let read = { (path: String) in try Data(contentsOf: URL(fileURLWithPath: path)) }
    #expect(try read(again) == read(out))
    #expect(try show(photos.config, "--out", again, "--count", "3", "--set", "training.seed=2").exitCode == 0)
    #expect(try read(again) != read(out))
    #expect(try show(photos.config, "--out", again).lines.count == 9)
  }

  @Test("a folder of images is shown by the configuration that training would choose, a run folder by its own")
  func folders() throws {
    let photos = try PhotoRun()
    let out = photos.folder.path("sheet.png")
    let chosen = try show(photos.images, "--out", out, "--set", "data.image_size=48")
    #expect(chosen.exitCode == 0, "\(chosen.errors)")
    #expect(chosen.output.contains("augmentation: ") && chosen.output.contains("row 8: sample 7, "), "\(chosen.output)")
    // Images of 48×48 are enlarged twice.
    #expect(try size(out) == [8 * 100 + 4, 7 * 100 + 4 + 12])
    #expect(try show(photos.run, "--out", photos.folder.path("run.png")).exitCode == 0)
  }

  @Test("data that cannot be shown give one line")
  func refused() throws {
    let folder = try TemporaryFolder()
    let words = try folder.write(SmallRun.classification, to: "words.yaml")
    let out = folder.path("sheet.png")
    let digits = try folder.write(SmallRun.configuration, to: "digits.yaml")
    let cases: [([String], String)] = [
      ([words, "--out", out], "describes texts, which have no pictures"),
      ([digits, "--out", "sheet.jpg"], "--out sheet.jpg: a PNG file is written"),
      ([digits, "--out", out, "--count", "0"], "--count 0: give 1 to 100"),
      ([digits, "--out", folder.path("no/sheet.png")], "choose a folder that exists"),
      ([folder.path("none.yaml"), "--out", out], "none.yaml"),
    ]
    for (arguments, message) in cases {
      let result = try Lockstep.run(["data", "show"] + arguments)
      #expect(result.exitCode == 2 && result.errors.contains(message), "\(arguments): \(result.errors)")
    }
    #expect(try Lockstep.run(["data", "show", digits, "--out", out]).exitCode == 0)
  }
}
