"""The drawing board of the draft engine: palette, fields, paths, masks, motifs, terrain, styles. numpy and Pillow only."""
