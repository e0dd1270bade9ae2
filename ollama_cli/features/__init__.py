"""What a user hands in: prompts, files, images, model options, schemas; read and checked here."""
