# SPDX-License-Identifier: ISC
"""libdetainer as a vendor gets it: installed, found by pkg-config, and nothing else of this tree."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from example_case import EXAMPLES, ExampleCase
from harness import BASE_ENVIRONMENT, BUILD, REPOSITORY, short_temporary_directory

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wstrict-prototypes", "-Werror"]
CXX_STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wold-style-cast", "-Werror"]


def make_variable(name):
    """What configure has put into the build's Makefile."""
    text = pathlib.Path(BUILD, "Makefile").read_text()
    return re.search(rf"^{name} = ?(.*)$", text, re.MULTILINE).group(1)


class Installed:
    """A tree that `make install` has filled, and what a build needs to use it."""

    def __init__(self):
        self.root = short_temporary_directory()
        quiet = {k: v for k, v in BASE_ENVIRONMENT.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        subprocess.run(["make", "-C", BUILD, "install", f"DESTDIR={self.root}"], env=quiet, check=True,
                       stdout=subprocess.DEVNULL)
        self.libdir = pathlib.Path(self.root + make_variable("prefix"), "lib")
        self.library = self.libdir / "libdetainer.so"
        self.environment = {"PKG_CONFIG_PATH": str(self.libdir / "pkgconfig"),
                            "PKG_CONFIG_SYSROOT_DIR": self.root}

    def remove(self):
        shutil.rmtree(self.root)

    def pkg_config(self, *arguments):
        done = subprocess.run(["pkg-config", *arguments, "detainer"], env=BASE_ENVIRONMENT | self.environment,
                              check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.split()

    def compile(self, compiler, *arguments):
        """Compiles with what pkg-config says, and a sanitizer where the library has one."""
        flags = make_variable("INSTRUMENT_FLAGS").split()
        subprocess.run([*compiler, *flags, *arguments, *self.pkg_config("--cflags", "--libs")],
                       cwd=self.root, check=True)


def setUpModule():
    global installed
    installed = Installed()
    unittest.addModuleCleanup(installed.remove)


class Example(ExampleCase):
    """records.c, compiled as its first lines say."""

    @classmethod
    def setUpClass(cls):
        program = os.path.join(installed.root, "records")
        installed.compile(["gcc", "-std=c99", *STRICT], "-o", program, str(EXAMPLES / "records.c"))
        cls.command = [program]
        cls.environment = {"LD_LIBRARY_PATH": str(installed.libdir)}
        super().setUpClass()


class Package(unittest.TestCase):
    def source(self, name, text):
        path = pathlib.Path(installed.root, name)
        path.write_text(text)
        return str(path)

    def test_the_version_is_that_of_the_daemon(self):
        self.assertEqual(installed.pkg_config("--modversion"), [make_variable("PACKAGE_VERSION")])

    def test_the_header_is_for_plain_c_and_for_cplusplus(self):
        text = "#include <detainer.h>\nint main(void) { detainer_close(0); return 0; }\n"
        for compiler, name in ((["gcc", "-std=c99", *STRICT], "plain.c"),
                               (["gcc", "-std=c17", *STRICT], "plain.c"),
                               (["g++", "-std=c++11", *CXX_STRICT], "plain.cc"),
                               (["g++", "-std=c++20", *CXX_STRICT], "plain.cc")):
            if shutil.which(compiler[0]):
                with self.subTest(compiler):
                    installed.compile(compiler, "-o", "plain", self.source(name, text))

    def test_the_name_says_which_programs_it_serves(self):
        said = subprocess.run(["readelf", "-d", installed.library], check=True, stdout=subprocess.PIPE,
                              text=True).stdout
        self.assertIn("soname: [libdetainer.so.0]", said)

    def exported(self):
        said = subprocess.run(["nm", "-D", "--defined-only", installed.library], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        symbols = [line.split() for line in said.splitlines()]
        return {name for _, kind, name in symbols if kind != "A"}  # A: the version itself

    def test_exported_is_what_is_documented(self):
        header = (REPOSITORY / "libdetainer" / "detainer.h").read_text()
        declared = set(re.findall(r"\b(detainer_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)))
        page = (REPOSITORY / "docs" / "libdetainer.3").read_text()
        synopsis = page[page.index(".Sh SYNOPSIS"):page.index(".Sh DESCRIPTION")]
        documented = set(re.findall(r"^\.F[no] (detainer_\w+)", synopsis, re.MULTILINE))
        self.assertGreater(len(declared), 20)
        self.assertEqual(documented, declared)
        self.assertEqual(self.exported(), {f"{name}@@DETAINER_0" for name in declared})


del ExampleCase

if __name__ == "__main__":
    unittest.main()
