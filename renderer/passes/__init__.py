"""What is drawn for a frame, pass by pass, all on the device:

    ground + reflection + geometry -> 2x2-supersampled premultiplied picture -> resolve or yuv -> bytes
"""
