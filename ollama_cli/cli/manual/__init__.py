"""The manual: pages for `man`, and one page for programs, both from the tree of commands."""
