import Foundation
import Testing

@testable import lockstep

/// Classes of many images as a table.
@Suite(.serialized, .takingTurns) struct PredictTests {
  private let photos: PhotoRun
  private var folder: TemporaryFolder { photos.folder }

  init() throws { photos = try PhotoRun() }

  private func predict(_ arguments: String...) throws -> ProcessResult {
    try Lockstep.run(["predict", photos.run] + arguments)
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("a row for each image by the bytes of the paths, the probabilities that classify prints")
  func table() throws {
    let csv = folder.path("out.csv")
    try Data("notes".utf8).write(to: URL(fileURLWithPath: photos.images + "/test/notes.txt"))
    for name in [".hidden.png", "Thumbs.db"] {
      try Data().write(to: URL(fileURLWithPath: photos.images + "/test/" + name))
    }
    let result = try predict(photos.images + "/test", "--csv", csv)
    #expect(result.exitCode == 0 && result.output == "12 images in \(csv)\n", "\(result.errors)")
    #expect(result.errors == "warning: 1 left out: files that are no images (\(photos.images)/test/notes.txt)\n")
    let content = try text(csv)
    let rows = PhotoRun.rows(content.replacing("\"\"", with: ""))
    #expect(content.hasPrefix("file,class,\"a \"\"cat\"\"\",\"dog, big\"\n"), "\(content)")
    #expect(rows.count == 13 && rows.allSatisfy { $0.count == 4 })
    let paths = rows.dropFirst().map { ($0[0] as NSString).lastPathComponent }
    #expect(
      paths == [0, 1, 2, 3, 4, 5].map { "\($0).png" } + ["10.png", "11.png", "6.png", "7.png", "8.png", "9.png"])
    for row in rows.dropFirst() {
      let probabilities = row[2...].compactMap { Double($0) }
      #expect(probabilities.count == 2 && abs(probabilities.reduce(0, +) - 1) < 1e-12)
      #expect(row[1] == (probabilities[0] > probabilities[1] ? "a cat" : "dog, big"))
    }
    let image = photos.images + "/test/dog, big/7.png"
    let single = try predict(image)
    let classified = try Lockstep.run(["classify", photos.run, image, "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(classified.output.utf8)) as? [String: Any]
    let row = try #require(PhotoRun.rows(single.output.replacing("\"\"", with: "")).last)
    #expect(row[1] == (object?["class"] as? String)?.replacing("\"", with: ""))
    #expect(
      row[2...].compactMap { Double($0) }.max() == object?["probability"] as? Double, "\(row), \(classified.output)")
  }

  @Test("one, two and three workers and two ranks write the same bytes, on standard output too")
  func workers() throws {
    let expected = try predict(photos.images).output
    #expect(PhotoRun.rows(expected).count == 25)
    for workers in ["2", "3", "5"] {
      let csv = folder.path("\(workers).csv")
      let result = try predict(photos.images, "--csv", csv, "--workers", workers)
      #expect(try result.exitCode == 0 && text(csv) == expected, "\(result.errors)")
    }
    let ranks = try Lockstep.runRanks(2, ["predict", photos.run, photos.images, "--csv", "-"])
    #expect(ranks.exitCode == 0 && ranks.output == expected, "\(ranks.errors)")
    #expect(ranks.errors.isEmpty, "\(ranks.errors)")
  }

  @Test(
    "an unreadable image ends the command and is named; with --skip-bad-images it is left out", arguments: [1, 2, 3])
  func unreadable(workers: Int) throws {
    let csv = folder.path("out.csv")
    let bad = ["3.png", "5.png"].map { photos.images + "/test/a \"cat\"/" + $0 }
    for path in bad { try Data("no image".utf8).write(to: URL(fileURLWithPath: path)) }
    let test = photos.images + "/test"
    let refused = try predict(test, "--csv", csv, "--workers", "\(workers)")
    #expect(refused.exitCode == 1 && !FileManager.default.fileExists(atPath: csv))
    #expect(refused.errors.hasPrefix("error: \(bad[0]): unreadable image: "), "\(refused.errors)")
    #expect(refused.errors.hasSuffix("; repair or remove it, or give --skip-bad-images\n"), "\(refused.errors)")
    let skipping = try predict(test, "--csv", csv, "--workers", "\(workers)", "--skip-bad-images")
    #expect(skipping.exitCode == 0 && skipping.output == "10 images in \(csv)\n", "\(skipping.errors)")
    let lines = skipping.errors.split(separator: "\n")
    #expect(lines.count == 3 && lines[1].hasPrefix("warning: left out: \(bad[1]): unreadable"), "\(skipping.errors)")
    #expect(lines.last == "warning: 2 of 12 images left out, which cannot be read")
    #expect(try PhotoRun.rows(text(csv)).count == 11)
    let none = try predict(bad[0], "--csv", folder.path("none.csv"), "--skip-bad-images")
    #expect(none.exitCode == 1 && none.errors.contains("1 image: none of them can be read"), "\(none.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("none.csv")))
    // No temporary file is left behind.
    #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.url.path).contains { $0.hasSuffix(".partial") })
  }

  @Test("wrong inputs and outputs are refused with one line")
  func wrongUse() throws {
    let empty = folder.path("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let image = photos.images + "/test/dog, big/7.png"
    let cases: [([String], Int32, String)] = [
      ([folder.path("none")], 2, "none: no such file or folder; name image files"),
      ([empty], 2, "empty: has no image files; name image files"),
      ([image, "--csv", empty], 2, "empty: is a folder"),
      ([image, "--csv", folder.path("no/out.csv")], 2, "choose a folder that exists"),
      ([image, "--csv", "/dev/null"], 2, "/dev/null: is a link, a pipe or a device"),
      ([], 2, "Missing expected argument"),
    ]
    for (arguments, code, message) in cases {
      let result = try Lockstep.run(["predict", photos.run] + arguments)
      #expect(result.exitCode == code && result.errors.contains(message), "\(arguments): \(result.errors)")
    }
    let config = try folder.write(SmallRun.classification, to: "words.yaml")
    let words = folder.path("words")
    #expect(try Lockstep.run(["train", config, "--run-dir", words, "-q", "--set", "training.steps=1"]).exitCode == 0)
    let texts = try Lockstep.run(["predict", words, image])
    #expect(
      texts.exitCode == 2 && texts.errors.contains("holds a model of texts, and predict requires a model of images"))
  }

  @Test("a progress line says how many are done, no more often than ten times a second")
  func progress() throws {
    let pipe = Pipe()
    let terminal = Terminal(isInteractive: true, output: pipe.fileHandleForWriting.fileDescriptor)
    var progress = CountProgress(total: 20, "image", on: terminal)
    progress.show(5)
    progress.show(6)
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text.contains("5 of 20 images, ") && text.hasSuffix(" left") && !text.contains("6 of"), "\(text)")
  }

  @Test("a field is quoted where it must be")
  func quoting() {
    #expect(
      CSVLine.text(["plain", "a b", "x,y", "\"q\"", "two\nlines", "cr\r", ""])
        == "plain,a b,\"x,y\",\"\"\"q\"\"\",\"two\nlines\",\"cr\r\",\n")
  }
}
