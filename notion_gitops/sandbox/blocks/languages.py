"""The languages of code blocks, as Notion's documentation of the block lists them."""

from __future__ import annotations

PLAIN = "plain text"

LANGUAGES = (
    "abap", "abc", "agda", "arduino", "ascii art", "assembly", "bash", "basic", "bnf", "c", "c#",
    "c++", "clojure", "coffeescript", "coq", "css", "dart", "dhall", "diff", "docker", "ebnf",
    "elixir", "elm", "erlang", "f#", "flow", "fortran", "gherkin", "glsl", "go", "graphql",
    "groovy", "haskell", "hcl", "html", "idris", "java", "javascript", "json", "julia", "kotlin",
    "latex", "less", "lisp", "livescript", "llvm ir", "lua", "makefile", "markdown", "markup",
    "matlab", "mathematica", "mermaid", "nix", "notion formula", "objective-c", "ocaml", "pascal",
    "perl", "php", PLAIN, "powershell", "prolog", "protobuf", "purescript", "python", "r", "racket",
    "reason", "ruby", "rust", "sass", "scala", "scheme", "scss", "shell", "smalltalk", "solidity",
    "sql", "swift", "toml", "typescript", "vb.net", "verilog", "vhdl", "visual basic",
    "webassembly", "xml", "yaml", "java/c/c++/c#",
)  # fmt: skip

_ALIASES = {
    "cpp": "c++", "cs": "c#", "csharp": "c#", "dockerfile": "docker", "golang": "go",
    "hs": "haskell", "js": "javascript", "jsx": "javascript", "kt": "kotlin", "make": "makefile",
    "md": "markdown", "plaintext": PLAIN, "ps1": "powershell", "py": "python", "rb": "ruby",
    "rs": "rust", "sh": "shell", "tex": "latex", "text": PLAIN, "ts": "typescript",
    "tsx": "typescript", "txt": PLAIN, "yml": "yaml", "zsh": "shell",
}  # fmt: skip


def language_of(name: str) -> str:
    """The language that the word behind a code fence means; plain text for an unknown one."""
    lowered = name.lower()
    found = _ALIASES.get(lowered, lowered)
    return found if found in LANGUAGES else PLAIN
