"""The project's constitution: rules that hold for every file, as ordinary tests.

    source            the project's files, parsed; findings and how they are reported
    test_imports      the contracts of imports are kept; core and handlers need no library
    test_environment  no option reads the environment by itself
    test_encoding     text is UTF-8 whatever the locale
    test_size         what fits on a page
    test_ignores      whoever silences a tool, an error or a test says why
    test_tests        every test proves something, and stands in a tier
    test_account      no test can reach a real AWS account
    test_hygiene      nothing of a developer's machine or account in the repository
    test_documents    what documents name is there; of notebooks, the assignment and the image too
    test_source       the ground the rules stand on

What ruff and import-linter can see is theirs, set up in `pyproject.toml`: calls that are banned,
docstrings, errors that are swallowed, layers. Each rule here is a checker over one file's text, and
has a test that shows it catching a breach.
"""
