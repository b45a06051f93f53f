"""Draw the architecture of a pipeline from its templates, as SVG and as a Mermaid flowchart."""
