"""An independent judge: the same model, camera and panorama drawn by three.js in headless Chromium and by us.

    views.py   a model's bytes -> where the camera stands -> our picture
    browser.py the same as jobs for page.js, served to a browser -> three.js's picture, of a USDZ too; a USDZ of its own
    measures.py two pictures -> SSIM, FLIP, bias, how well the outlines agree; what an extension changes in each
    __main__.py  python -m tests.reference: all models, one table, one sheet to look at for each
"""
