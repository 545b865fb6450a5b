"""The page: plain web components, without a build step."""
