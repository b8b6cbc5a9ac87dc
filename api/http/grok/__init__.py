"""The Grok 3D pipeline's API: a text becomes a picture, a model and a USDZ. Source: "Grok 3D Pipeline API"."""
