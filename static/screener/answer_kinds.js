// Shows the fields of the chosen kind of answer. Without a script all are shown, and those of other kinds are ignored.
for (const card of document.querySelectorAll(".s-cards > fieldset")) {
    const kind = card.querySelector("select[name$='-kind']");
    const show = () => {
        for (const field of card.querySelectorAll("[data-kinds]")) {
            field.hidden = !field.dataset.kinds.split(" ").includes(kind.value);
        }
    };
    kind.addEventListener("change", show);
    show();
}
