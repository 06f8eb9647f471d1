#!/usr/bin/env python3
"""Exports as sheets and pages: read back by a library that luodi has no part in, so that types, formats and print set-up are what
another program finds. Run: tests/semantics/exports.py --build build/debug [Class.test …]"""
import datetime
import hashlib
import html.parser
import os
import re
import sys
import xml.etree.ElementTree
import zipfile

try:
    import openpyxl
except ImportError:  # Debian's package is for Debian's Python, which need not be the one that ctest found
    DEBIAN = "/usr/bin/python3"
    if os.path.realpath(sys.executable) == os.path.realpath(DEBIAN) or not os.path.exists(DEBIAN):
        raise
    os.execv(DEBIAN, [DEBIAN, *sys.argv])

from semantics import Case, main

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x.example\")", "http://x.example", "0012",
           "<img src=x onerror=alert(1)>", "</script>", "a&b;\"'", "_x0041_", "甲\n乙", "1e5", "2022-01-01", "TRUE"]


def plain(text):
    """What a cell's text stands for: _x005F_ is an underscore."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text) if isinstance(text, str) else text


class Page(html.parser.HTMLParser):
    """Every element must be closed, in order; tables are kept as rows of cells."""
    VOID = {"meta", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.tables, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag == "br":
            self.handle_data("\n")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data
        else:
            self.texts.append(data)


class Exports(Case):
    def fill(self):
        self.create("work", "一号", on="2022-01-05", planned="8200.57万", paid="8.2万", people=12, ratio="1.1", share="74.5%",
                    due_on="2022-06-30", urgent=True, remark="好")
        self.create("work", "二号", on="2022-01-05", planned="1.38亿", people=3, urgent=False, cost="1234.5元", due_on="1900-02-28")
        for number, text in enumerate(HOSTILE):
            self.create("work", f"工程{number}", on="2022-01-05", remark=text)

    def book(self, *arguments):
        path = os.path.join(self.daemon.folder, "book.xlsx")
        self.luodi("export", *arguments, "-o", path)
        return openpyxl.load_workbook(path)

    def rows(self, sheet):
        return [[plain(cell.value) for cell in row] for row in sheet.iter_rows()]

    def test_a_table_is_a_sheet_as_an_office_lays_it_out(self):
        self.fill()
        book = self.book("ledger_book", "note=暂无")
        self.assertEqual(book.sheetnames, ["工程台账", "在册工程", "二、编码 ［未填］", "三、下一步"])
        rows = self.rows(book["在册工程"])
        self.assertEqual([row[0] for row in rows[:4]], ["一、在册", "在册工程", "单位：万元", "名称"])
        self.assertEqual(rows[3], ["名称", "计划总投资", "到位", "人数", "系数", "占比", "应开工", "加急", "备注"])
        self.assertEqual(rows[4], ["一号", 8200.57, 8.2, 12, 1.1, 0.745, datetime.datetime(2022, 6, 30), True, "好"])
        self.assertEqual(rows[5], ["二号", 13800, None, 3, None, None, "1900-02-28", False, None])
        end = 4 + 2 + len(HOSTILE)
        self.assertEqual(rows[end][:4], ["合计", 22000.57, 8.2, 15])
        self.assertEqual([row[0] for row in rows[end + 1:-1]], [None, "· 口径：在册的都算", "注：暂无", None])
        self.assertRegex(rows[-1][0], r"^截至 2022-07-18  #18  账头 [0-9a-f]{12}  插件集 [0-9a-f]{12}$")
        self.assertEqual([row[0] for row in self.rows(book["工程台账"])[:2]], ["工程台账", "截至 2022-07-18，共 18 项。"])
        self.assertEqual(self.rows(book["三、下一步"])[1][0], "· =HYPERLINK(\"x\")")

    def test_cells_have_the_formats_of_their_types(self):
        self.fill()
        sheet = self.book("ledger_book")["在册工程"]
        self.assertEqual([cell.number_format for cell in sheet[5]],
                         ["@", "#,##0.00", "#,##0.00", "0", "General", "0.00%", "yyyy-mm-dd", "\"是\";\"是\";\"否\"", "@"])
        self.assertEqual([cell.data_type for cell in sheet[5]], ["s", "n", "n", "n", "n", "n", "d", "b", "s"])
        self.assertTrue(sheet.cell(5 + 2 + len(HOSTILE), 2).font.bold)

    def test_it_can_be_filtered_and_printed(self):
        self.fill()
        sheet = self.book("ledger_book")["在册工程"]
        self.assertEqual(sheet.freeze_panes, "A5")
        self.assertEqual(sheet.auto_filter.ref, f"A4:I{4 + 2 + len(HOSTILE)}")  # the totals are no data
        self.assertEqual(sheet.print_title_rows, "$4:$4")
        self.assertEqual((sheet.page_setup.orientation, int(sheet.page_setup.paperSize)), ("landscape", 9))
        self.assertTrue(sheet.sheet_properties.pageSetUpPr.fitToPage)
        self.assertEqual(int(sheet.page_setup.fitToHeight), 0)
        self.assertEqual(sheet.oddFooter.center.text, "第 &P 页，共 &N 页")
        self.assertGreater(sheet.column_dimensions["I"].width, len(HOSTILE[5]))  # as wide as its longest text
        self.assertGreater(sheet.row_dimensions[5 + 2 + HOSTILE.index("甲\n乙")].height, 20)  # two lines

    def test_a_text_is_text_whatever_it_begins_with(self):
        self.fill()
        book = self.book("ledger_book")
        remarks = [row[8] for row in self.rows(book["在册工程"])[6:6 + len(HOSTILE)]]
        self.assertEqual(remarks, [text.strip() if text.startswith("\t") else text for text in HOSTILE])
        with zipfile.ZipFile(os.path.join(self.daemon.folder, "book.xlsx")) as parts:
            for name in parts.namelist():
                xml.etree.ElementTree.fromstring(parts.read(name))  # strict
                self.assertNotRegex(name, "externalLink|vba")
                if name.startswith("xl/worksheets/"):
                    self.assertNotRegex(parts.read(name).decode(), "<f[ >]|<hyperlink")

    def test_no_row_is_a_table_too(self):
        sheet = self.book("all_works").active
        self.assertEqual([row[0] for row in self.rows(sheet)[:3]], ["工程清单", "单位：元", "名称"])
        self.assertEqual(sheet.auto_filter.ref, "A3:B3")

    def test_a_report_without_anything_is_a_book_that_opens(self):
        book = self.book("nothing_at_all")
        self.assertEqual(book.sheetnames, ["空白"])

    def test_the_same_question_is_answered_with_the_same_bytes_for_ever(self):
        self.fill()
        for form in ("xlsx", "html", "csv", "md", "json"):
            digests = set()
            for number in range(3):
                path = os.path.join(self.daemon.folder, f"{form}.{number}")
                self.luodi("export", "ledger_book", "--known-seq", "18", "--format", form, "-o", path)
                with open(path, "rb") as file:
                    digests.add(hashlib.sha256(file.read()).hexdigest())
                if number == 1:
                    self.restart(today="2022-08-01")
                    self.create("work", f"后来的{form}", on="2022-07-20")
            self.assertEqual(len(digests), 1, form)

    def test_what_the_file_is_called_tells_the_format(self):
        for name, start in (("a.xlsx", b"PK"), ("b.HTML", b"<!DOCTYPE html>"), ("c.csv", b"\xef\xbb\xbf"), ("d.json", b"{"),
                            ("e.md", b"# "), ("f.txt", b"# ")):
            self.luodi("export", "ledger_book", "-o", name)
            with open(os.path.join(self.daemon.folder, name), "rb") as file:
                self.assertEqual(file.read(len(start)), start, name)
        self.luodi("export", "ledger_book", "--format", "csv", "-o", "g.xlsx")
        with open(os.path.join(self.daemon.folder, "g.xlsx"), "rb") as file:
            self.assertEqual(file.read(3), b"\xef\xbb\xbf")  # what is told goes before

    def test_nothing_is_left_in_the_data_folder(self):
        data = os.path.join(self.daemon.folder, "data")
        before = sorted(os.listdir(data))
        self.book("ledger_book")
        self.assertEqual(sorted(os.listdir(data)), before)

    def test_a_page_needs_nothing_else_and_shows_data_as_it_is(self):
        self.fill()
        text = self.luodi("export", "ledger_book", "--format", "html")[0]
        page = Page(text)
        names = [tag for tag, _ in page.tags]
        self.assertEqual(names.count("table"), 2)
        for tag in ("script", "img", "link", "iframe"):
            self.assertNotIn(tag, names)
        self.assertFalse(any(name.startswith("on") or name in ("src", "href") for _, attrs in page.tags for name in attrs))
        self.assertIn(("meta", {"charset": "utf-8"}), page.tags)
        table = page.tables[0]
        self.assertEqual(table[0][:3], ["名称", "计划总投资", "到位"])
        self.assertEqual(table[1], ["一号", "8,200.57", "8.2", "12", "1.1", "74.5%", "2022-06-30", "是", "好"])
        self.assertEqual([row[8] for row in table[3:-1]], [text.strip() if text.startswith("\t") else text for text in HOSTILE])
        self.assertEqual(table[-1][:4], ["合计", "22,000.57", "8.2", "15"])
        self.assertIn(("td", {"class": "n"}), page.tags)
        self.assertIn("单位：万元", page.texts)
        self.assertTrue(any(re.match("截至 2022-07-18  #18  账头 ", text) for text in page.texts))

    def test_lists_of_many_pages_are_told_whole_and_in_order(self):
        names = [f"工程{number:04}" for number in range(1300)]
        path = self.file("many.csv", "名称,人数\n" + "".join(f"{name},{number}\n" for number, name in enumerate(names)))
        self.luodi("import", "work", path, "--on", "2022-01-05", "--yes")
        lines = self.luodi("export", "in_turn")[0].splitlines()[1:1301]
        self.assertEqual([line.split(",")[0] for line in lines], names)
        self.assertEqual([line.split(",")[1] for line in lines], names[:99:-1] + [""] * 100)

    def test_totals_stand_in_every_format(self):
        self.fill()
        self.assertIn("| 合计 | 22000.57 | 8.2 | 15 |  |  |  |  |  |\n", self.luodi("export", "ledger_book", "--format", "md")[0])
        self.assertIn("\n合计,22000.57,8.2,15,,,,,\n", self.luodi("export", "ledger_book", "--format", "csv")[0])
        self.assertIn('"totals":["合计",22000570000,8200000,15,null,null,null,null,null]}',
                      self.luodi("export", "ledger_book", "--format", "json")[0])


if __name__ == "__main__":
    main()
