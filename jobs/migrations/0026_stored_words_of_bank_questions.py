from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models


class Migration(migrations.Migration):
    """The words of each question, stored. The table is written anew: 100,000 questions take some seconds."""

    dependencies = [("jobs", "0025_eligibility_of_templates")]

    operations = [
        migrations.AddField(
            model_name="bankquestion",
            name="searched_words",
            field=models.GeneratedField(
                db_persist=True,
                expression=SearchVector("search_text", config="simple"),
                output_field=SearchVectorField(),
            ),
        ),
    ]
