"""Cost bombs: small valid files, and orders, that would cost a farm without bounds minutes, gigabytes or days.

    table      the 200 rows: what is sent, and how it may end
    overdraw copies textures motion reading      what makes the files
"""
