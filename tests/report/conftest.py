from tests.browser.fixtures import browser, chromium

__all__ = ["browser", "chromium"]
