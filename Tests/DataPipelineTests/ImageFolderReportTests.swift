import Foundation
import Testing

@testable import DataPipeline

/// Nothing of a folder of images is left out without a word.
struct ImageFolderReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ change: (inout DatasetSpecification) -> Void = { _ in }) throws -> DatasetSplits {
    var specification = DatasetSpecification.imageFolder(path: folder.path)
    specification.normalization = .none
    change(&specification)
    return try DatasetSplits.open(specification, seed: 1)
  }

  private func write(_ names: String..., value: UInt8 = 1) throws {
    for name in names { try folder.write(Fixtures.png(height: 11, width: 13, value: value), to: name) }
  }

  @Test("files are taken by what they hold, whatever their suffix")
  func suffixes() throws {
    let jpeg = try #require(try ImageFixtures.goldenFiles()["jpeg"])
    for name in ["a.jfif", "b.JPE", "c.jif", "d", "e.jpeg_large"] { try folder.write(jpeg, to: "train/ant/" + name) }
    try write("train/ant/f.bin")
    let splits = try open()
    #expect(splits.training.count == 6 && splits.report.isEmpty)
    #expect(try splits.training.dataset.pixels(4).count == 11 * 13 * 3)
  }

  @Test("formats that are not read are counted and named")
  func otherFormats() throws {
    try write("train/ant/a.png")
    let starts: [(String, [UInt8])] = [
      ("h1.heic", [0, 0, 0, 24] + Array("ftypheic".utf8)), ("h2.avif", [0, 0, 0, 24] + Array("ftypavif".utf8)),
      ("j.jp2", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]), ("x.jxl", [0xFF, 0x0A, 0, 0]),
      ("notes.txt", Array("notes".utf8)),
    ]
    for (name, bytes) in starts { try folder.write(bytes, to: "train/ant/" + name) }
    for name in ["Thumbs.db", ".DS_Store", "desktop.ini", "__MACOSX/._a.png"] {
      try folder.write([1], to: "train/ant/" + name)
    }
    let splits = try open()
    #expect(splits.training.count == 1)
    let rest = "files, which are not read: convert them to JPEG or PNG"
    #expect(
      splits.notes.map { $0.replacing(folder.path + "/train/ant/", with: "") } == [
        "2 left out: HEIC or AVIF \(rest) (h1.heic, h2.avif)",
        "1 left out: JPEG 2000 \(rest) (j.jp2)",
        "1 left out: files that are no images (notes.txt)", "1 left out: JPEG XL \(rest) (x.jxl)",
      ])
    #expect(splits.report.omissions.count == 5)
    // A suffix that lies does not hide the format.
    let lying = try folder.write(starts[0].1, to: "train/ant/lying.jpg")
    let error = #expect(throws: DataError.self) { try PixelImage(contentsOf: lying) }
    #expect(error?.problem == "unreadable image: a HEIC or AVIF file")
  }

  @Test("a long list is cut in the note, whole in the report")
  func longLists() throws {
    try write("train/ant/a.png")
    for number in 0..<12 { try folder.write([0xFF, 0x0A], to: "train/ant/\(10 + number).jxl") }
    let splits = try open()
    #expect(splits.notes.count == 1 && splits.notes[0].hasPrefix("12 left out: JPEG XL files"))
    #expect(splits.notes[0].hasSuffix("14.jxl and 7 more)") && splits.report.omissions.count == 12)
  }

  @Test("folders that are not read: within a class, beside the splits; files beside the classes")
  func strayFolders() throws {
    try write("train/ant/a.png", "train/ant/more/b.png", "train/ant/more/deep/c.png", "extra/ant/d.png", "train/e.png")
    try FileManager.default.createDirectory(atPath: folder.file("train/ant/empty"), withIntermediateDirectories: true)
    let splits = try open()
    #expect(splits.training.count == 1)
    #expect(
      splits.notes == [
        "1 left out: beside the folders of the classes (\(folder.file("train/e.png")))",
        "1 left out: in folders within a class's folder, which are not read: move the images into the class's folder (\(folder.file("train/ant/more")) (2 files))",
        "1 left out: folders beside train and test (\(folder.file("extra")))",
      ])
  }

  @Test("links within an inner folder are not followed, and its files are counted up to a bound")
  func innerLinks() throws {
    try write("train/ant/a.png", "train/ant/more/b.png")
    for name in ["x", "y"] { symlink(".", folder.file("train/ant/more/" + name)) }
    for number in 0..<1001 { try folder.write([], to: "train/ant/many/\(number)") }
    let reason = "in folders within a class's folder, which are not read: move the images into the class's folder"
    #expect(
      try open().notes == [
        "2 left out: \(reason) (\(folder.file("train/ant/many")) (1000 or more files), "
          + "\(folder.file("train/ant/more")) (3 files))"
      ])
  }

  @Test(
    "an entry that the system cannot examine is an error, not an omission", arguments: ["train/loop", "train/ant/loop"])
  func unreadable(name: String) throws {
    try write("train/ant/a.png")
    symlink("loop", folder.file(name))
    let error = #expect(throws: DataError.self) { try open() }
    #expect(error?.location == folder.file(name))
    #expect(error?.problem.hasPrefix("cannot access it: ") == true)
  }

  @Test("a note is one line, whatever a file is called")
  func lineEnds() throws {
    try write("train/ant/a.png")
    try folder.write([1], to: "train/ant/a\nerror: b\u{202E}.txt")
    let splits = try open()
    #expect(splits.notes.count == 1 && splits.notes[0].contains("/a\u{FFFD}error: b\u{FFFD}.txt"))
    #expect(splits.report.omissions[0].path.hasSuffix("/a\nerror: b\u{202E}.txt"))
  }

  @Test(
    "a folder of a validation split is used, unless something else is asked for",
    arguments: ["val", "validation", "valid"])
  func validationFolder(name: String) throws {
    try write("train/ant/a.png", "train/ant/b.png", "train/bee/a.png", "train/bee/b.png", "\(name)/bee/x.png", value: 7)
    let path = folder.file(name)
    let used = try open()
    #expect(used.validation?.labels == [1] && used.training.count == 4)
    #expect(
      used.notes == [
        "validation split: 1 images of \(path) (data.validation_folder: false leaves them out)"
      ])
    let drawn = try open { $0.validation = .count(2) }
    #expect(drawn.validation?.count == 2 && drawn.training.count == 2)
    #expect(
      drawn.notes == [
        "1 left out: folders of a validation split, since data.validation takes it out of train (\(path))"
      ])
    var settings = ImageFolder()
    settings.usesValidationFolder = false
    let without = try open { [settings] in $0.settings = settings }
    #expect(without.validation == nil && without.training.count == 4)
    #expect(
      without.notes == ["1 left out: folders of a validation split, as data.validation_folder says (\(path))"])
  }

  @Test("names that are not UTF-8 are said, with their bytes")
  func foreignNames() throws {
    try write("train/ant/a.png")
    for name in ["/train/caf", "/train/ant/x"] {
      let path = Array((folder.path + name).utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0]
      #expect(mkdir(path, 0o755) == 0)
    }
    let splits = try open()
    #expect(splits.classNames == ["ant"])
    #expect(
      splits.notes == [
        "2 left out: a name that is not UTF-8: rename it (\(folder.file(#"train/caf\xE9"#)), "
          + "\(folder.file(#"train/ant/x\xE9"#)))"
      ])
    // Nothing else would be there.
    try FileManager.default.removeItem(atPath: folder.file("train/ant"))
    let error = #expect(throws: DataError.self) { try open() }
    #expect(error?.problem.contains(#"caf\xE9"#) == true)
  }

  @Test("composed and decomposed spellings of a name are one class")
  func spellings() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    try write("train/\(decomposed)/a.png", "train/zoo/a.png", "train/cafz/a.png", "test/\(composed)/b.png")
    let splits = try open()
    // In the order of the composed names' bytes, whichever spelling the disk has.
    #expect(splits.classNames.map { Array($0.utf8) } == ["cafz", composed, "zoo"].map { Array($0.utf8) })
    #expect(splits.test?.labels == [1] && splits.notes.isEmpty)
    let digest = try splits.contentDigest()
    try FileManager.default.moveItem(atPath: folder.file("train/\(decomposed)"), toPath: folder.file("train/renamed"))
    try FileManager.default.moveItem(atPath: folder.file("train/renamed"), toPath: folder.file("train/\(composed)"))
    #expect(try open().contentDigest() == digest)

    try write("train/\(decomposed)/c.png", value: 3)
    let merged = try open()
    #expect(merged.classNames.count == 3 && merged.training.labels?.count { $0 == 1 } == 2)
    #expect(merged.notes.count == 1 && merged.notes[0].contains("2 folders spell 'caf\u{E9}' with other code points"))
  }
}
