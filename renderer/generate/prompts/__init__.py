"""Prompts become models from the library of shapes.

    prompt -> words -> grammar -> choose (a shape for each thing) -> dress (finishes, parts) -> arrange -> Model
              languages           nearest                            kinds, facets

    words        the prompt's words, and all that each may mean: the tables of vocabulary, nouns, colours
    languages    the commonest words of eight languages in English
    grammar      things, what is said of them and of their parts, and how they belong together
    nearest      the shape whose words mean what is nearest to a noun that no table has
    roles        what words for parts mean for a shape
    dress        one thing's shape, sized and finished as is said of it
    kinds        what makes it look like something else, too
    facets       the low poly style
    arrange      several things together
    choose       all of it, and what was understood

It reads no grammar of English: a noun has what stands next to it, up to words such as "with", "and" or "on".
"""
