"""The project's constitution: rules that hold for every file, as ordinary tests.

    source            the project's files, parsed; findings and how they are reported
    test_imports      the contracts of imports are kept; core and handlers need no library
    test_environment  no option reads the environment; ruff sees who else would
    test_size         what fits on a page
    test_ignores      whoever silences a tool says why
    test_failures     no error is swallowed
    test_tests        every test says what it proves, and proves it
    test_account      no test can reach a real AWS account
    test_hygiene      nothing of a developer's machine or account in the repository
    test_source       the ground the rules stand on

Each rule is a checker over one file's text, and has a test that shows it catching a breach. Where
a file may break a rule, it stands in an EXEMPT table with the reason; an exemption that is no
longer needed fails, so the tables only ever hold what is true today.
"""
